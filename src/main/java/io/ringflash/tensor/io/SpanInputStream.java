package io.ringflash.tensor.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Objects;

/**
 * A span of a file, front to back, through reads rather than a mapping: a file that is cut short
 * meanwhile then ends the stream early.
 */
final class SpanInputStream extends InputStream {
  private final FileChannel channel;
  private final long end;
  private long position;

  SpanInputStream(FileChannel channel, long offset, long length) {
    this.channel = channel;
    this.position = offset;
    this.end = Math.addExact(offset, length);
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    int wanted = (int) Math.min(length, end - position);
    if (wanted == 0) {
      return -1;
    }
    int read = channel.read(ByteBuffer.wrap(target, offset, wanted), position);
    position += Math.max(0, read);
    return read;
  }
}
