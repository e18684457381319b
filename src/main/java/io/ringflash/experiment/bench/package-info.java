/**
 * Timed measurements: which problems a sweep consists of, how each is verified and timed, what is
 * recorded of it, and how records are printed and kept.
 *
 * <p>Belongs here: sweeps, statistics, records, saved runs and their comparison. Does not belong
 * here: predictions ({@code experiment.plan}) and pictures ({@code experiment.picture}).
 */
@NullMarked
package io.ringflash.experiment.bench;

import org.jspecify.annotations.NullMarked;
