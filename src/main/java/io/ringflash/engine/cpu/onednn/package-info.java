/**
 * The binding of oneDNN, a library of matrix products for the units that the Vector API does not
 * reach, such as AMX: only what attention's two products need.
 */
@NullMarked
package io.ringflash.engine.cpu.onednn;

import org.jspecify.annotations.NullMarked;
