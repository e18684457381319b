package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.collections.VectorFloat16;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** Powers of e as an OpenCL device computes them. */
class VectorMathTest {
  private static final int NUMBERS = 1 << 16;

  /** Names a queue. */
  private static final long STREAM = -1_000_000;

  private static float[] exponents;
  private static float[] powers;

  static void powers(KernelContext c, FloatArray x, FloatArray y) {
    VectorFloat16 from = new VectorFloat16(x);
    VectorFloat16 to = new VectorFloat16(y);
    int i = c.groupIdx;
    to.set(i, VectorMath.exp(from.get(i)));
  }

  @BeforeAll
  static void compute() {
    TornadoXPUDevice device = (TornadoXPUDevice) KernelMathTest.device();
    assumeTrue(device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL);
    exponents = new float[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      exponents[i] = -90f * i / NUMBERS;
    }
    exponents[1] = Float.NEGATIVE_INFINITY;
    exponents[2] = -Float.MAX_VALUE;
    exponents[3] = Float.NaN;
    FloatArray x = new FloatArray(VectorMath.LANES);
    FloatArray y = new FloatArray(VectorMath.LANES);
    try (KernelGraph graph =
            new KernelGraph(
                device,
                List.of(x, y),
                Map.of("powers", 1),
                tasks -> tasks.task("powers", VectorMathTest::powers, new KernelContext(), x, y));
        Allocations memory = new Allocations(device)) {
      DeviceBuffer results = memory.withHost(NUMBERS, Float.BYTES);
      graph.bind(x, memory.upload(exponents, STREAM));
      graph.bind(y, results);
      graph.groups("powers", NUMBERS / VectorMath.LANES);
      graph.run();
      results.download(results.byteSize(), STREAM);
      powers = results.host().toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  @Test
  void zeroForMinusInfinityAndNan() {
    assertThat(powers).startsWith(1f, 0f, 0f, 0f);
  }

  @Test
  void withinTwoUnitsInTheLastPlace() {
    for (int i = 4; i < NUMBERS; i++) {
      double exact = Math.exp(exponents[i]);
      double tolerance = exact < 0x1p-115 ? 0x1p-115 : 2 * Math.ulp((float) exact);
      assertThat(powers[i] - exact).as("exp(%s)", exponents[i]).isBetween(-tolerance, tolerance);
    }
  }
}
