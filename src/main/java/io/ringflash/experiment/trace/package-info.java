/**
 * One run, step by step: what each device computed, received and waited for, as files that viewers
 * open.
 *
 * <p>Belongs here: spans of a run and their formats. Does not belong here: how runs compare with
 * one another ({@code experiment.bench}). Java Mission Control reads the same facts from the events
 * {@code io.ringflash.Step} of a flight recording.
 */
@NullMarked
package io.ringflash.experiment.trace;

import org.jspecify.annotations.NullMarked;
