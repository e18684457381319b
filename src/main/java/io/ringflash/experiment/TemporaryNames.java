package io.ringflash.experiment;

import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.io.StagedFile;
import io.ringflash.tensor.io.TensorFileException;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the files of several processes are called until they are whole. Every process knows the
 * names of all before there is such a file: whoever is left removes those of a process that died.
 */
final class TemporaryNames implements AutoCloseable {
  private final List<Path> own;
  private final List<Path> all;

  private TemporaryNames(List<Path> own, List<Path> all) {
    this.own = own;
    this.all = all;
  }

  /**
   * Agrees with the other processes. Some may not have heard yet when this one has: nobody makes a
   * file before a barrier, and whoever waits there has to close the names, too, if it is stopped.
   *
   * @param shared whether all write the first process's files
   */
  static TemporaryNames agree(ProcessGroup processes, List<Path> files, boolean shared)
      throws TensorFileException {
    FileSystem system = files.getFirst().getFileSystem();
    List<String> made = new ArrayList<>();
    if (!shared || processes.isFirst()) {
      for (Path file : files) {
        made.add(StagedFile.temporaryFor(file).toString());
      }
    }
    List<List<Path>> names =
        processes.allGather(String[].class, made.toArray(String[]::new)).stream()
            .map(ofOne -> Stream.of(ofOne).map(system::getPath).toList())
            .toList();
    return new TemporaryNames(
        names.get(shared ? 0 : processes.index()),
        names.stream().flatMap(List::stream).collect(Collectors.toCollection(ArrayList::new)));
  }

  /** Where this process writes, in the order of the files. */
  List<Path> own() {
    return own;
  }

  /** The files have got their names. */
  void published() {
    all.clear();
  }

  /** Removes what was not published, whoever made it. */
  @Override
  public void close() throws TensorFileException {
    for (Path file : all) {
      StagedFile.remove(file);
    }
  }
}
