/**
 * Block-sparse attention as a block processor: fewer K/V blocks, merged as exactly as all of them.
 *
 * <p>Belongs here: choosing blocks, computing over the chosen ones, saying what was missed. Does
 * not belong here: dense kernels.
 */
@NullMarked
package io.ringflash.attention.sparse;

import org.jspecify.annotations.NullMarked;
