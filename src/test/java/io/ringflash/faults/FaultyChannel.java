package io.ringflash.faults;

import io.ringflash.faults.FileInterference.Moment;
import io.ringflash.faults.FileInterference.Operation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** A file's channel, which writes every buffer in two halves and tells of what it changes. */
final class FaultyChannel extends FileChannel {
  private final FileChannel channel;
  private final Path file;
  private final FileInterference interference;
  private final Runnable closed;

  FaultyChannel(FileChannel channel, Path file, FileInterference interference, Runnable closed) {
    this.channel = channel;
    this.file = file;
    this.interference = interference;
    this.closed = closed;
  }

  /** Writes some of a buffer, which {@code offset} bytes were written of before. */
  @FunctionalInterface
  private interface Sink {
    int write(ByteBuffer buffer, int offset) throws IOException;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    return write(source, (buffer, offset) -> channel.write(buffer));
  }

  @Override
  public int write(ByteBuffer source, long position) throws IOException {
    return write(source, (buffer, offset) -> channel.write(buffer, position + offset));
  }

  private int write(ByteBuffer source, Sink sink) throws IOException {
    int length = source.remaining();
    interference.at(Operation.WRITE, Moment.BEFORE, file);
    drain(source, length / 2, 0, sink);
    interference.at(Operation.WRITE, Moment.HALFWAY, file);
    drain(source, length - length / 2, length / 2, sink);
    interference.at(Operation.WRITE, Moment.AFTER, file);
    return length;
  }

  private static void drain(ByteBuffer source, int length, int offset, Sink sink)
      throws IOException {
    ByteBuffer part = source.slice(source.position(), length);
    while (part.hasRemaining()) {
      sink.write(part, offset + part.position());
    }
    source.position(source.position() + length);
  }

  @Override
  public void force(boolean metaData) throws IOException {
    interference.at(Operation.FORCE, Moment.BEFORE, file);
    channel.force(metaData);
    interference.at(Operation.FORCE, Moment.AFTER, file);
  }

  @Override
  protected void implCloseChannel() throws IOException {
    closed.run();
    try (channel) {
      interference.at(Operation.CLOSE, Moment.BEFORE, file);
    }
    interference.at(Operation.CLOSE, Moment.AFTER, file);
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public long position() throws IOException {
    return channel.position();
  }

  @Override
  public FileChannel position(long position) throws IOException {
    channel.position(position);
    return this;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return channel.read(target);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    return channel.read(target, position);
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
