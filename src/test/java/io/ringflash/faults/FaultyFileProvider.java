package io.ringflash.faults;

import io.ringflash.faults.FileInterference.Moment;
import io.ringflash.faults.FileInterference.Operation;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Passes operations on to the machine's files, and tells of those that change something. */
final class FaultyFileProvider extends FileSystemProvider {
  /** An operation that changes something. */
  @FunctionalInterface
  private interface Change {
    void apply() throws IOException;
  }

  private final FaultyFileSystem system;
  private final FileSystemProvider files;
  private final FileInterference interference;
  private final Set<Path> open = ConcurrentHashMap.newKeySet();

  FaultyFileProvider(
      FaultyFileSystem system, FileSystemProvider files, FileInterference interference) {
    this.system = system;
    this.files = files;
    this.interference = interference;
  }

  Set<Path> open() {
    return Set.copyOf(open);
  }

  @Override
  public FileChannel newFileChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    Path file = FaultyFileSystem.real(path);
    interference.at(Operation.OPEN, Moment.BEFORE, file);
    FileChannel channel = files.newFileChannel(file, options, attributes);
    open.add(file);
    try {
      interference.at(Operation.OPEN, Moment.AFTER, file);
      return new FaultyChannel(channel, file, interference, () -> open.remove(file));
    } catch (IOException e) {
      open.remove(file);
      channel.close();
      throw e;
    }
  }

  @Override
  public SeekableByteChannel newByteChannel(
      Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    Path to = FaultyFileSystem.real(target);
    change(Operation.MOVE, to, () -> files.move(FaultyFileSystem.real(source), to, options));
  }

  @Override
  public void delete(Path path) throws IOException {
    Path file = FaultyFileSystem.real(path);
    change(Operation.DELETE, file, () -> files.delete(file));
  }

  private void change(Operation operation, Path file, Change change) throws IOException {
    interference.at(operation, Moment.BEFORE, file);
    change.apply();
    interference.at(operation, Moment.AFTER, file);
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    files.checkAccess(FaultyFileSystem.real(path), modes);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(
      Path path, Class<A> type, LinkOption... options) throws IOException {
    return files.readAttributes(FaultyFileSystem.real(path), type, options);
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options)
      throws IOException {
    return files.readAttributes(FaultyFileSystem.real(path), attributes, options);
  }

  @Override
  public <V extends FileAttributeView> @Nullable V getFileAttributeView(
      Path path, Class<V> type, LinkOption... options) {
    return files.getFileAttributeView(FaultyFileSystem.real(path), type, options);
  }

  @Override
  public void setAttribute(Path path, String attribute, Object value, LinkOption... options)
      throws IOException {
    files.setAttribute(FaultyFileSystem.real(path), attribute, value, options);
  }

  @Override
  public Path readSymbolicLink(Path link) throws IOException {
    return system.path(files.readSymbolicLink(FaultyFileSystem.real(link)));
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return files.isSameFile(FaultyFileSystem.real(path), FaultyFileSystem.real(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return files.isHidden(FaultyFileSystem.real(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return files.getFileStore(FaultyFileSystem.real(path));
  }

  @Override
  public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
    files.createDirectory(FaultyFileSystem.real(folder), attributes);
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    return system;
  }

  @Override
  public Path getPath(URI uri) {
    throw new UnsupportedOperationException();
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(
      Path folder, DirectoryStream.Filter<? super Path> filter) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException();
  }
}
