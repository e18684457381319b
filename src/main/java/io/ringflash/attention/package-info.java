/**
 * The mathematics of exact attention, without devices.
 *
 * <p>Belongs here: which key a query sees, what a score is, how partial results merge, the FP64
 * oracle and the accuracy rule. Does not belong here: threads, engines, rings, files.
 */
@NullMarked
package io.ringflash.attention;

import org.jspecify.annotations.NullMarked;
