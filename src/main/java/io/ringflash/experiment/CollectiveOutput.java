package io.ringflash.experiment;

import io.ringflash.AttentionResult;
import io.ringflash.attention.PositionSlice;
import io.ringflash.ring.process.ProcessGroup;
import io.ringflash.tensor.Tensor;
import io.ringflash.tensor.io.StagedFile;
import io.ringflash.tensor.io.TensorFileException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Results of several processes: in files that they write together, each the tokens that it has, or
 * each in files of its own. The files appear when all processes have written.
 */
final class CollectiveOutput {
  private final ProcessGroup processes;
  private final AttentionResult result;
  private final boolean shared;

  /**
   * One file.
   *
   * @param tensors by name, of all tokens
   * @param joint whether the tokens are joint queries
   */
  record Target(Path file, Map<String, Tensor> tensors, boolean joint) {}

  /**
   * @param shared whether all processes write the same files
   */
  CollectiveOutput(ProcessGroup processes, AttentionResult result, boolean shared) {
    this.processes = processes;
    this.result = result;
    this.shared = shared;
  }

  /** Writes all files, or none. Every process calls it with the same targets. */
  void write(List<Target> targets) throws TensorFileException {
    processes.reportStatus(() -> "writing results");
    List<StagedFile> staged = new ArrayList<>();
    List<Path> files = targets.stream().map(Target::file).toList();
    try (TemporaryNames names = TemporaryNames.agree(processes, files, shared);
        Closing afterwards = () -> closeAll(staged)) {
      // Nobody makes a file before everybody knows the names.
      processes.barrier();
      if (shared) {
        stageTogether(targets, names.own(), staged);
      } else {
        stageOwn(targets, names.own(), staged);
      }
      for (StagedFile file : staged) {
        file.force();
      }
      processes.barrier();
      // Who had written first may have been lost while others still wrote.
      processes.barrier();
      for (StagedFile file : staged) {
        if (!shared || processes.isFirst()) {
          file.publish();
        }
      }
      processes.barrier();
      names.published();
    }
  }

  /** One process makes the files, and all write the tokens that they have. */
  private void stageTogether(List<Target> targets, List<Path> names, List<StagedFile> staged)
      throws TensorFileException {
    if (processes.isFirst()) {
      for (int i = 0; i < targets.size(); i++) {
        staged.add(
            StagedFile.create(targets.get(i).file(), names.get(i), targets.get(i).tensors()));
      }
    }
    processes.barrier();
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      if (!processes.isFirst()) {
        staged.add(StagedFile.join(target.file(), names.get(i), target.tensors()));
      }
      for (PositionSlice slice : slices(target)) {
        for (String name : target.tensors().keySet()) {
          staged
              .get(i)
              .write(name, tokenDimension(name), slice.start(), slice.length(), slice.stride());
        }
      }
    }
  }

  /** Files of the tokens that this process has, slice after slice. */
  private void stageOwn(List<Target> targets, List<Path> names, List<StagedFile> staged)
      throws TensorFileException {
    for (int i = 0; i < targets.size(); i++) {
      Target target = targets.get(i);
      Map<String, Tensor> own = new LinkedHashMap<>();
      target.tensors().forEach((name, whole) -> own.put(name, gather(name, whole, slices(target))));
      staged.add(StagedFile.create(target.file(), names.get(i), own));
      for (Map.Entry<String, Tensor> entry : own.entrySet()) {
        int dimension = tokenDimension(entry.getKey());
        staged.get(i).write(entry.getKey(), dimension, 0, entry.getValue().dim(dimension), 1);
      }
    }
  }

  private static Tensor gather(String name, Tensor whole, List<PositionSlice> slices) {
    int dimension = tokenDimension(name);
    long[] shape = whole.shape();
    shape[dimension] = slices.stream().mapToLong(PositionSlice::length).sum();
    Tensor gathered = Tensor.allocate(Arena.ofAuto(), whole.dtype(), shape);
    long at = 0;
    for (PositionSlice slice : slices) {
      gathered
          .slice(dimension, at, slice.length(), 1)
          .copyFrom(whole.slice(dimension, slice.start(), slice.length(), slice.stride()));
      at += slice.length();
    }
    return gathered;
  }

  private List<PositionSlice> slices(Target target) {
    return result.queries().stream().filter(slice -> slice.joint() == target.joint()).toList();
  }

  /** out is (batch, seqLen, heads, headDim), lse (batch, heads, seqLen). */
  private static int tokenDimension(String name) {
    return name.equals(OutputFiles.LSE) ? 2 : 1;
  }

  private interface Closing extends AutoCloseable {
    @Override
    void close() throws TensorFileException;
  }

  /** Closes all, also when one fails; the first failure is thrown. */
  private static void closeAll(List<StagedFile> files) throws TensorFileException {
    if (!files.isEmpty()) {
      StagedFile last = files.getLast();
      try (last) {
        closeAll(files.subList(0, files.size() - 1));
      }
    }
  }
}
