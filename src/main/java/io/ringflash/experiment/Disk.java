package io.ringflash.experiment;

import java.io.File;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where files of some folders lie.
 *
 * @param identity equal for folders of one disk
 * @param freeBytes room for more, {@link Long#MAX_VALUE} where nobody counts
 */
record Disk(Object identity, long freeBytes) {
  /** What knows the disks of folders. */
  @FunctionalInterface
  interface Lookup {
    FileStore of(Path folder) throws IOException;
  }

  /** The disk of an existing folder. */
  static Disk of(Path folder) throws IOException {
    return of(folder, Files::getFileStore);
  }

  static Disk of(Path folder, Lookup lookup) throws IOException {
    try {
      FileStore store = lookup.of(folder);
      return new Disk(store, free(store.getTotalSpace(), store.getUsableSpace()));
    } catch (FileSystemException e) {
      throw e;
    } catch (IOException e) {
      // In a chroot, the table of mounts does not have the folder's. All such folders may share
      // one.
      File file = folder.toFile();
      return new Disk(Disk.class, free(file.getTotalSpace(), file.getUsableSpace()));
    }
  }

  private static long free(long total, long usable) {
    return total > 0 ? usable : Long.MAX_VALUE;
  }
}
