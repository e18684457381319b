/**
 * What the commands do: inputs from files or a generator, runs, verification, and their reports as
 * records, tables and JSON.
 *
 * <p>Belongs here: everything about a command that needs no command line. Does not belong here:
 * option parsing, streams, exit codes; and nothing that attention itself would need.
 */
@NullMarked
package io.ringflash.experiment;

import org.jspecify.annotations.NullMarked;
