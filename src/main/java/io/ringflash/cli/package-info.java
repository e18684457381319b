/**
 * The command line: picocli commands, options, streams and exit codes.
 *
 * <p>Belongs here: what a user types, and what comes back on stdout, stderr and as exit code. Does
 * not belong here: anything that a test would want without a command line; that is {@link
 * io.ringflash.experiment}.
 */
@NullMarked
package io.ringflash.cli;

import org.jspecify.annotations.NullMarked;
