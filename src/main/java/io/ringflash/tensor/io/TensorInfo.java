package io.ringflash.tensor.io;

import java.util.List;

/**
 * What a file says about one of its tensors.
 *
 * @param name the tensor's name
 * @param dtype the element type in the format's own words, such as {@code <f4} or {@code BF16}
 * @param shape the extents, outermost first
 * @param supported whether the element type can be read
 */
public record TensorInfo(String name, String dtype, List<Long> shape, boolean supported) {
  public TensorInfo {
    shape = List.copyOf(shape);
  }
}
