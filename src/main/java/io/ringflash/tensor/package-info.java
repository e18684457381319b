/**
 * Off-heap tensors: element types, shapes, strided views.
 *
 * <p>Belongs here: memory and its layout. Does not belong here: anything that knows what attention
 * is, or what a device is.
 */
@NullMarked
package io.ringflash.tensor;

import org.jspecify.annotations.NullMarked;
