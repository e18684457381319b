package io.ringflash.engine.tornado;

/** Source text of a kernel, line by line. */
final class KernelText {
  private final StringBuilder text = new StringBuilder();

  /** Adds a line; {@code values} go into {@code format} as {@link String#format} has it. */
  void line(String format, Object... values) {
    text.append(values.length == 0 ? format : format.formatted(values)).append('\n');
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
