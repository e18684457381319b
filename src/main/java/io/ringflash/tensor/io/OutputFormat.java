package io.ringflash.tensor.io;

import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Map;

/** The formats that are written. */
enum OutputFormat {
  NPY {
    @Override
    void check(Map<String, DType> tensors, Location where) throws TensorFileException {
      if (tensors.size() != 1) {
        throw where.error(
            ".npy should get one tensor but got %d; .safetensors holds several"
                .formatted(tensors.size()));
      }
      if (tensors.containsValue(DType.BF16)) {
        throw where.error(NpyWriter.NO_BF16);
      }
    }

    @Override
    void write(WritableByteChannel channel, Map<String, Tensor> tensors) throws IOException {
      NpyWriter.write(channel, tensors.values().iterator().next());
    }

    @Override
    FileLayout layout(Map<String, Tensor> tensors) {
      Map.Entry<String, Tensor> only = tensors.entrySet().iterator().next();
      byte[] header = NpyWriter.header(only.getValue());
      return new FileLayout(
          header,
          Map.of(only.getKey(), (long) header.length),
          header.length + only.getValue().byteSize());
    }
  },

  SAFETENSORS {
    @Override
    void check(Map<String, DType> tensors, Location where) {
      // Holds any number of tensors of any type.
    }

    @Override
    void write(WritableByteChannel channel, Map<String, Tensor> tensors) throws IOException {
      SafetensorsWriter.write(channel, tensors);
    }

    @Override
    FileLayout layout(Map<String, Tensor> tensors) {
      return SafetensorsWriter.layout(tensors);
    }
  };

  static OutputFormat of(Path file) throws TensorFileException {
    FileFormat format = FileFormat.byExtension(file).orElse(FileFormat.NPZ);
    return switch (format) {
      case NPY -> NPY;
      case SAFETENSORS -> SAFETENSORS;
      case NPZ ->
          throw new TensorFileException(
              file, "an output's name should end in .npy or .safetensors");
    };
  }

  /** Refuses tensors that the format cannot hold. */
  abstract void check(Map<String, DType> tensors, Location where) throws TensorFileException;

  abstract void write(WritableByteChannel channel, Map<String, Tensor> tensors) throws IOException;

  /** Where {@link #write} puts everything; only the tensors' shapes and types are looked at. */
  abstract FileLayout layout(Map<String, Tensor> tensors);
}
