package io.ringflash.engine.tornado;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import uk.ac.manchester.tornado.api.AccessorParameters;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;

/**
 * A task that is compiled already. TornadoVM takes it from a file, and launches the function with
 * the name that it would have given to a Java kernel of that task; so the file is a copy in which
 * the function has that name.
 *
 * <p>Closing deletes the file, which TornadoVM reads while it compiles the task's graph.
 */
final class PtxTask implements AutoCloseable {
  /** What TornadoVM puts before a kernel. */
  private static final String HEAD = ".version 7.6\n.target sm_80\n.address_size 64\n";

  private final String task;
  private final String entry;
  private final String resource;
  private final List<TornadoNativeArray> arguments;
  private final Path file;

  /**
   * @param task its name
   * @param entry the function's name in the resource
   * @param resource file in the folder of compiled kernels
   * @param arguments in the function's order
   */
  PtxTask(String task, String entry, String resource, List<TornadoNativeArray> arguments) {
    this.task = task;
    this.entry = entry;
    this.resource = resource;
    this.arguments = arguments;
    this.file = io(() -> Files.createTempFile("ringflash", ".ptx"));
  }

  void addTo(TaskGraph graph) {
    String launched = launchedName(graph.getTaskGraphName());
    io(() -> Files.writeString(file, renamed(read(resource), entry, launched)));
    AccessorParameters parameters = new AccessorParameters(arguments.size());
    for (int i = 0; i < arguments.size(); i++) {
      parameters.set(i, arguments.get(i), Access.READ_WRITE);
    }
    graph.prebuiltTask(task, entry, file.toString(), parameters);
  }

  /** As TornadoVM's PTXCodeUtil.buildKernelName. */
  String launchedName(String graph) {
    StringBuilder name = new StringBuilder(String.join("_", graph, task, entry));
    for (TornadoNativeArray argument : arguments) {
      name.append("_arrays_").append(argument.getClass().getSimpleName());
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }

  /** {@code ptx} with another name for its function. */
  static String renamed(String ptx, String entry, String name) {
    String declaration = ".entry " + entry + "(";
    if (!ptx.contains(declaration)) {
      throw new IllegalStateException("the compiled kernel has no function " + entry);
    }
    return ptx.replace(declaration, ".entry " + name + "(");
  }

  static String read(String resource) {
    return io(() -> {
      try (InputStream stream = PtxTask.class.getResourceAsStream("ptx/" + resource)) {
        return new String(
            Objects.requireNonNull(stream, resource).readAllBytes(), StandardCharsets.UTF_8);
      }
    });
  }

  /** A kernel's code as a driver takes it. */
  static String readWhole(String resource) {
    return HEAD + read(resource);
  }

  @Override
  public void close() {
    io(() -> Files.deleteIfExists(file));
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private static <T> T io(Action<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new UncheckedIOException("preparing a compiled kernel failed: " + e, e);
    }
  }
}
