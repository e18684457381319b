/**
 * Predictions: how long attention would take on a machine that is only described, from an
 * event-driven simulation of the ring's real schedule.
 *
 * <p>Belongs here: descriptions of machines, the simulation, what is concluded from it, and fitting
 * its constants to saved runs. Does not belong here: measuring ({@code experiment.bench}).
 */
@NullMarked
package io.ringflash.experiment.plan;

import org.jspecify.annotations.NullMarked;
