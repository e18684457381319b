/**
 * What a Java user calls: {@link io.ringflash.RingFlashAttention}, its options and its result.
 *
 * <p>Belongs here: the public surface, and the checks at its border. Does not belong here: anything
 * that a ring or an engine would need.
 */
@NullMarked
package io.ringflash;

import org.jspecify.annotations.NullMarked;
