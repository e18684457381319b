package io.ringflash.faults;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The machine's files, whose operations a test may interfere with: a program that is given a path
 * of this file system does to it what it would do to any. (After Lucene's mock file systems.)
 */
public final class FaultyFileSystem extends FileSystem {
  private final FileSystem files;
  private final FaultyFileProvider provider;

  /**
   * @param files the machine's
   */
  public FaultyFileSystem(FileSystem files, FileInterference interference) {
    this.files = files;
    this.provider = new FaultyFileProvider(this, files.provider(), interference);
  }

  /** The same path, in this file system. */
  public Path path(Path path) {
    return (Path)
        Proxy.newProxyInstance(
            FaultyFileSystem.class.getClassLoader(),
            new Class<?>[] {Path.class},
            new Handler(this, path));
  }

  /** The machine's path behind one of any faulty file system. */
  static Path real(Path path) {
    return (Path) Objects.requireNonNull(real((Object) path));
  }

  private static @Nullable Object real(@Nullable Object value) {
    return value != null
            && Proxy.isProxyClass(value.getClass())
            && Proxy.getInvocationHandler(value) instanceof Handler handler
        ? handler.path()
        : value;
  }

  /** Files that were opened to be written and have not been closed. */
  public Set<Path> open() {
    return provider.open();
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public Path getPath(String first, String... more) {
    return path(files.getPath(first, more));
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return files.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    throw new UnsupportedOperationException();
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return files.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return files.supportedFileAttributeViews();
  }

  @Override
  public PathMatcher getPathMatcher(String syntaxAndPattern) {
    PathMatcher matcher = files.getPathMatcher(syntaxAndPattern);
    return path -> matcher.matches(real(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return files.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException();
  }

  /** Paths do what the machine's do; only their file system is another. */
  private record Handler(FaultyFileSystem files, Path path) implements InvocationHandler {
    @Override
    public @Nullable Object invoke(Object proxy, Method method, @Nullable Object @Nullable [] args)
        throws Throwable {
      if (method.getName().equals("getFileSystem")) {
        return files;
      }
      @Nullable Object[] real =
          args == null ? new Object[0] : Arrays.stream(args).map(FaultyFileSystem::real).toArray();
      try {
        Object result = method.invoke(path, real);
        return result instanceof Path other ? files.path(other) : result;
      } catch (InvocationTargetException e) {
        throw Objects.requireNonNull(e.getCause());
      }
    }
  }
}
