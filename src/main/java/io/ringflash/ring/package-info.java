/**
 * The ring: who owns which tokens, which block is folded in when, and how it gets there.
 *
 * <p>Belongs here: shardings, the pure schedule, the loop of one rank, exchange, stopping together,
 * the watch over devices, going on without one. Does not belong here: arithmetic on scores,
 * kernels, files, printing.
 */
@NullMarked
package io.ringflash.ring;

import org.jspecify.annotations.NullMarked;
