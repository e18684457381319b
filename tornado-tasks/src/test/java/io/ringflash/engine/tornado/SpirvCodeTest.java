package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;
import uk.ac.manchester.tornado.api.types.arrays.ShortArray;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/**
 * Every kernel is valid SPIR-V, as TornadoVM's SPIR-V backend writes it. No driver that takes
 * SPIR-V is needed: see {@link SpirvStandIn}.
 */
class SpirvCodeTest {
  private static final String VALIDATOR = "spirv-val";

  /** TornadoVM writes code below the folder that this property names at that time. */
  private static final String FOLDER_PROPERTY = "java.io.tmpdir";

  private static final String USUAL_FOLDER = System.getProperty(FOLDER_PROPERTY);

  @TempDir private static Path folder;

  private final KernelContext context = new KernelContext();
  private final IntArray table = new IntArray(TileTable.size(1));

  // An array that is two arguments of a task would keep TornadoVM busy for ever.
  private final IntArray bits = new IntArray(TileTable.TOKENS);
  private final IntArray tile = new IntArray(TileTable.TOKENS);
  private final IntArray marks = new IntArray(TileTable.TOKENS);
  private final ShortArray shorts = new ShortArray(TileTable.TOKENS);
  private final FloatArray queries = new FloatArray(TileTable.TOKENS);
  private final FloatArray acc = new FloatArray(TileTable.TOKENS);
  private final FloatArray maxima = new FloatArray(TileTable.TOKENS);
  private final FloatArray sums = new FloatArray(TileTable.TOKENS * ShardMemory.PARTIAL_SUMS);
  private final FloatArray scalars = new FloatArray(TileTable.TOKENS);
  private final FloatArray lse = new FloatArray(TileTable.TOKENS);

  @BeforeAll
  static void redirectCode() {
    assumeTrue(backend() >= 0, "this SDK has no SPIR-V backend");
    assumeTrue(hasValidator(), "there is no spirv-val: install spirv-tools");
    System.setProperty(FOLDER_PROPERTY, folder.toString());
  }

  @AfterAll
  static void restoreFolder() {
    System.setProperty(FOLDER_PROPERTY, USUAL_FOLDER);
  }

  static Stream<FoldForm> foldForms() {
    return Arrays.stream(FoldForm.Kernel.values())
        .filter(kernel -> kernel != FoldForm.Kernel.VECTOR)
        .flatMap(kernel ->
            IntStream.range(0, 16)
                .mapToObj(options ->
                    new FoldForm(
                        kernel,
                        (options & 1) != 0,
                        (options & 2) != 0,
                        (options & 4) != 0,
                        (options & 8) != 0)));
  }

  @ParameterizedTest
  @MethodSource("foldForms")
  void foldIsValid(FoldForm form) throws IOException, InterruptedException {
    requireValid(
        () -> new FoldGraph(device(), form, FoldForm.Kernel.REGISTERS, DType.FP32).close());
  }

  @Test
  void unpackFloatIsValid() throws IOException, InterruptedException {
    requireValid(
        List.of(bits, tile, table, marks),
        g -> g.task("task", LayoutKernels::unpackFloat, context, bits, tile, table, marks, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void unpackShortIsValid(int brain) throws IOException, InterruptedException {
    requireValid(
        List.of(shorts, tile, table, marks),
        g ->
            g.task(
                "task", LayoutKernels::unpackShort, context, shorts, tile, table, marks, brain, 1));
  }

  @Test
  void clearIsValid() throws IOException, InterruptedException {
    requireValid(
        List.of(queries, acc, maxima, sums, scalars, table),
        g ->
            g.task(
                "task", LayoutKernels::clear, context, queries, acc, maxima, sums, scalars, table));
  }

  @Test
  void normaliseIsValid() throws IOException, InterruptedException {
    requireValid(
        List.of(acc, maxima, sums, table, lse),
        g -> g.task("task", LayoutKernels::normalise, context, acc, maxima, sums, table, lse));
  }

  @Test
  void packFloatIsValid() throws IOException, InterruptedException {
    requireValid(
        List.of(tile, bits, table),
        g -> g.task("task", LayoutKernels::packFloat, context, tile, bits, table));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void packShortIsValid(int brain) throws IOException, InterruptedException {
    requireValid(
        List.of(tile, shorts, table),
        g -> g.task("task", LayoutKernels::packShort, context, tile, shorts, table, brain));
  }

  private void requireValid(List<TornadoNativeArray> arrays, Consumer<TaskGraph> task)
      throws IOException, InterruptedException {
    // Tables of no tiles, on which a kernel that a driver takes has nothing to do.
    table.set(TileTable.TILES, 1);
    table.set(TileTable.HEADS, 1);
    requireValid(() ->
        new KernelGraph(device(), arrays, Map.of("task", LayoutKernels.THREADS), task).close());
  }

  private static void requireValid(Runnable compilation) throws IOException, InterruptedException {
    RuntimeException refusal = null;
    try {
      compilation.run();
    } catch (RuntimeException e) {
      // The driver's, or the compiler's: then there is no code.
      refusal = e;
    }
    List<Path> code;
    try (Stream<Path> files = Files.walk(folder)) {
      code = files.filter(file -> file.toString().endsWith(".spv")).toList();
    }
    assertThat(code).as("code of one kernel, with the refusal %s", refusal).hasSize(1);
    requireValid(code.getFirst());
    Files.delete(code.getFirst());
  }

  private static void requireValid(Path code) throws IOException, InterruptedException {
    Process validator =
        new ProcessBuilder(VALIDATOR, code.toString()).redirectErrorStream(true).start();
    String output = new String(validator.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(validator.waitFor()).as(output).isZero();
  }

  private static boolean hasValidator() {
    try {
      return new ProcessBuilder(VALIDATOR, "--version")
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static TornadoXPUDevice device() {
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    return (TornadoXPUDevice) runtime.getBackend(backend()).getDevice(0);
  }

  /** Its number, or -1. */
  private static int backend() {
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    return IntStream.range(0, runtime.getNumBackends())
        .filter(i -> runtime.getBackendType(i) == TornadoVMBackendType.SPIRV)
        .findFirst()
        .orElse(-1);
  }
}
