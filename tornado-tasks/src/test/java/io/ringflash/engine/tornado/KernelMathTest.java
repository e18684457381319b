package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoBackend;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.TornadoRuntime;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.TornadoDevice;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.runtime.TornadoRuntimeProvider;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** Numbers that a driver's compiler may take for others, on a device. */
class KernelMathTest {
  private static final float[] NUMBERS = {
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MAX_VALUE,
    -Float.MAX_VALUE,
    1e-3f,
    0f,
    -0f,
    Float.MIN_NORMAL,
    -1.5f
  };

  private static final FloatArray NUMBER = FloatArray.fromArray(NUMBERS);
  private static final IntArray FINITE = new IntArray(NUMBERS.length);
  private static final FloatArray BEYOND = new FloatArray(NUMBERS.length);
  private static final IntArray POSITIVE = new IntArray(NUMBERS.length);

  static void classify(
      KernelContext c, FloatArray number, IntArray finite, FloatArray beyond, IntArray positive) {
    float x = number.get(c.globalIdx);
    finite.set(c.globalIdx, KernelMath.finite(x));
    beyond.set(c.globalIdx, KernelMath.beyondFinite(x));
    positive.set(c.globalIdx, KernelMath.positive(x));
  }

  @BeforeAll
  static void run() throws TornadoExecutionPlanException {
    TaskGraph graph =
        new TaskGraph("numbers")
            .transferToDevice(DataTransferMode.EVERY_EXECUTION, NUMBER)
            .task(
                "classify",
                KernelMathTest::classify,
                new KernelContext(),
                NUMBER,
                FINITE,
                BEYOND,
                POSITIVE)
            .transferToHost(DataTransferMode.EVERY_EXECUTION, FINITE, BEYOND, POSITIVE);
    WorkerGrid grid = new WorkerGrid1D(NUMBERS.length);
    try (TornadoExecutionPlan plan = new TornadoExecutionPlan(graph.snapshot())) {
      plan.withDevice(device())
          .withCompilerFlags(TornadoVMBackendType.OPENCL, KernelGraph.OPENCL_FLAGS)
          .withGridScheduler(new GridScheduler("numbers.classify", grid))
          .execute();
    }
  }

  @Test
  void nanAndInfinitiesAreNotFinite() {
    for (int i = 0; i < NUMBERS.length; i++) {
      assertThat(FINITE.get(i)).as("%s", NUMBERS[i]).isEqualTo(Float.isFinite(NUMBERS[i]) ? 1 : 0);
    }
  }

  @Test
  void whatIsNotFiniteStays() {
    for (int i = 0; i < NUMBERS.length; i++) {
      Float expected = Float.isFinite(NUMBERS[i]) ? 0f : NUMBERS[i];
      assertThat(Float.valueOf(BEYOND.get(i) + 0f)).as("%s", NUMBERS[i]).isEqualTo(expected);
    }
  }

  /** Of the numbers that weights are. */
  @Test
  void positiveOrNan() {
    for (int i = 0; i < NUMBERS.length; i++) {
      if (!(NUMBERS[i] < 0)) {
        assertThat(POSITIVE.get(i)).as("%s", NUMBERS[i]).isEqualTo(NUMBERS[i] == 0 ? 0 : 1);
      }
    }
  }

  static TornadoDevice device() {
    String[] name = System.getProperty("ringflash.test.devices", "opencl:0").split("[:,]", 3);
    TornadoRuntime runtime = TornadoRuntimeProvider.getTornadoRuntime();
    for (int i = 0; i < runtime.getNumBackends(); i++) {
      TornadoBackend backend = runtime.getBackend(i);
      if (runtime.getBackendType(i).name().equalsIgnoreCase(name[0])) {
        return backend.getDevice(Integer.parseInt(name[1]));
      }
    }
    throw new AssertionError("no device " + name[0]);
  }
}
