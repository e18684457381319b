/**
 * Whole calls against the clock.
 *
 * <p>Belongs here: benchmarks of the public API and the Java side of comparisons with peers. Does
 * not belong here: benchmarks of one kernel, which live in the kernel's package.
 */
@NullMarked
package io.ringflash.benchmark;

import org.jspecify.annotations.NullMarked;
