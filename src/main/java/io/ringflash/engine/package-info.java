/**
 * The seam between the ring and whatever computes.
 *
 * <p>Belongs here: what an engine, a device and one rank's share of a run must offer, and the
 * registry that finds engines. Does not belong here: how any engine does it, which order blocks
 * come in, and how they get to a device's neighbour.
 */
@NullMarked
package io.ringflash.engine;

import org.jspecify.annotations.NullMarked;
