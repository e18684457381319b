/**
 * Tensor files: {@code .npy}, {@code .npz} and {@code .safetensors} in, {@code .npy} and {@code
 * .safetensors} out.
 *
 * <p>Files are hostile until read: every length, offset and name is checked before it is believed,
 * memory is bounded by the file's size, nothing is ever deserialised, and whatever is wrong comes
 * out as one {@link io.ringflash.tensor.io.TensorFileException} of one line.
 *
 * <p>Elements are mapped where the file's bytes are already what a {@link
 * io.ringflash.tensor.Tensor} wants, which supposes a little-endian machine, as every JVM that
 * TornadoVM supports is.
 *
 * <p>Belongs here: file formats, and how an output reaches the disk. Does not belong here: which
 * tensors a command wants, what they mean, and how a user names files.
 */
@NullMarked
package io.ringflash.tensor.io;

import org.jspecify.annotations.NullMarked;
