/**
 * Faults for tests: a device around any other one that fails, hangs or damages what it is given, at
 * any of its calls; threads and time that play a ring through from a seed; files whose operations
 * fail or never return; programs that are killed.
 *
 * <p>Belongs here: what brings faults about and what observes their traces. What must come of a
 * fault is said by the tests of whoever has to bear it.
 */
@NullMarked
package io.ringflash.faults;

import org.jspecify.annotations.NullMarked;
