/**
 * What every engine must pass: the accuracy rule, the peers' own cases, independence of the ring.
 *
 * <p>Belongs here: cases, their data, and the abstract suite. An engine's own tests subclass the
 * suite.
 */
@NullMarked
package io.ringflash.conformance;

import org.jspecify.annotations.NullMarked;
