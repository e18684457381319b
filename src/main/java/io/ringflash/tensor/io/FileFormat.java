package io.ringflash.tensor.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The formats that are read. */
enum FileFormat {
  NPY(".npy"),
  NPZ(".npz"),
  SAFETENSORS(".safetensors");

  private static final byte[] ZIP_ENTRY = {'P', 'K', 3, 4};
  private static final byte[] ZIP_EMPTY = {'P', 'K', 5, 6};

  private final String extension;

  FileFormat(String extension) {
    this.extension = extension;
  }

  /** By the name's extension, whatever its case. */
  static Optional<FileFormat> byExtension(Path path) {
    String name = path.toString().toLowerCase(Locale.ROOT);
    return Arrays.stream(values()).filter(format -> name.endsWith(format.extension)).findFirst();
  }

  /** By the extension, and by the first bytes where that says nothing. */
  static FileFormat of(InputFile file) throws IOException {
    Optional<FileFormat> format = byExtension(file.path());
    if (format.isPresent()) {
      return format.get();
    }
    byte[] start = new byte[(int) Math.min(Long.BYTES + 1, file.size())];
    file.bytes(0, start.length).get(start);
    return byFirstBytes(start)
        .orElseThrow(() ->
            file.location()
                .error(
                    "should be .npy, .npz or .safetensors by its name or its first bytes"
                        + " but is neither"));
  }

  private static Optional<FileFormat> byFirstBytes(byte[] start) {
    if (startsWith(start, NpyHeader.MAGIC)) {
      return Optional.of(NPY);
    }
    if (startsWith(start, ZIP_ENTRY) || startsWith(start, ZIP_EMPTY)) {
      return Optional.of(NPZ);
    }
    if (start.length > Long.BYTES && start[Long.BYTES] == '{') {
      return Optional.of(SAFETENSORS);
    }
    return Optional.empty();
  }

  private static boolean startsWith(byte[] bytes, byte[] prefix) {
    return bytes.length >= prefix.length
        && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** The tensors of {@code file}, in the order of their bytes, described and not yet loaded. */
  List<StoredTensor> open(InputFile file) throws IOException {
    return switch (this) {
      case NPY -> List.of(NpyFile.open(file));
      case NPZ -> NpzFile.open(file);
      case SAFETENSORS -> SafetensorsTensor.open(file);
    };
  }
}
