package io.ringflash.tensor.io;

import java.util.List;

/**
 * What a safetensors header says about one tensor.
 *
 * @param name the tensor's name
 * @param type the element type
 * @param shape the extents
 * @param begin the first byte, counted from the end of the header
 * @param end the byte after the last
 */
record SafetensorsEntry(
    String name, SafetensorsType type, List<Long> shape, long begin, long end) {}
