/**
 * The processes of one job: how bytes get from one to another, what they agree on, and what becomes
 * of the job when one of them is lost.
 *
 * <p>Belongs here: the transport seam, collective calls, the common clock, the watch. Does not
 * belong here: any transport itself, K/V blocks and their order, printing.
 */
@NullMarked
package io.ringflash.ring.process;

import org.jspecify.annotations.NullMarked;
