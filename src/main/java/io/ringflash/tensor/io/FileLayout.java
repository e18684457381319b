package io.ringflash.tensor.io;

import java.util.Map;

/**
 * Where the parts of a file are, in bytes.
 *
 * @param header what it begins with
 * @param offsets of the tensors, by name
 * @param size of the whole file
 */
record FileLayout(byte[] header, Map<String, Long> offsets, long size) {}
