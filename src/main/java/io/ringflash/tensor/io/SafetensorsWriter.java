package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes named tensors as {@code .safetensors}. */
public final class SafetensorsWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private SafetensorsWriter() {}

  /**
   * Writes {@code tensors} at the channel's position, those with the widest elements first, so that
   * each starts at a multiple of its element size.
   */
  public static void write(WritableByteChannel channel, Map<String, Tensor> tensors)
      throws IOException {
    List<Map.Entry<String, Tensor>> ordered = ordered(tensors);
    try (ElementWriter out = new ElementWriter(channel)) {
      out.write(header(ordered));
      for (Map.Entry<String, Tensor> entry : ordered) {
        out.write(entry.getValue());
      }
    }
  }

  /** Where {@link #write} puts everything. */
  static FileLayout layout(Map<String, Tensor> tensors) {
    List<Map.Entry<String, Tensor>> ordered = ordered(tensors);
    byte[] header = header(ordered);
    Map<String, Long> offsets = new LinkedHashMap<>();
    long at = header.length;
    for (Map.Entry<String, Tensor> entry : ordered) {
      offsets.put(entry.getKey(), at);
      at += entry.getValue().byteSize();
    }
    return new FileLayout(header, offsets, at);
  }

  private static List<Map.Entry<String, Tensor>> ordered(Map<String, Tensor> tensors) {
    List<Map.Entry<String, Tensor>> ordered = new ArrayList<>(tensors.entrySet());
    ordered.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().byteSize()));
    return ordered;
  }

  private static byte[] header(List<Map.Entry<String, Tensor>> tensors) {
    ByteArrayOutputStream text = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      long begin = 0;
      for (Map.Entry<String, Tensor> entry : tensors) {
        json.writeName(entry.getKey());
        describe(json, entry.getValue(), begin);
        begin += entry.getValue().byteSize();
      }
      json.writeEndObject();
    }
    while (text.size() % Long.BYTES != 0) {
      text.write(' ');
    }
    return ByteBuffer.allocate(Long.BYTES + text.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.size())
        .put(text.toByteArray())
        .array();
  }

  private static void describe(JsonGenerator json, Tensor tensor, long begin) {
    long[] shape = tensor.shape();
    json.writeStartObject();
    json.writeStringProperty("dtype", type(tensor.dtype()).name());
    json.writeName("shape");
    json.writeArray(shape, 0, shape.length);
    json.writeName("data_offsets");
    json.writeArray(new long[] {begin, begin + tensor.byteSize()}, 0, 2);
    json.writeEndObject();
  }

  private static SafetensorsType type(DType dtype) {
    return switch (dtype) {
      case FP32 -> SafetensorsType.F32;
      case FP16 -> SafetensorsType.F16;
      case BF16 -> SafetensorsType.BF16;
    };
  }
}
