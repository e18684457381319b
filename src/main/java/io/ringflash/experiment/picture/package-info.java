/**
 * Pictures of measurements and runs: charts, timelines, one HTML page of it all.
 *
 * <p>Belongs here: whatever turns records into SVG or HTML. Does not belong here: measuring, or
 * judging what was measured ({@code experiment.bench}).
 */
@NullMarked
package io.ringflash.experiment.picture;

import org.jspecify.annotations.NullMarked;
