package io.ringflash.engine.tornado;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.ringflash.engine.DeviceId;
import io.ringflash.engine.EngineRegistry;
import io.ringflash.engine.EngineUnavailableException;
import io.ringflash.engine.cpu.CpuEngine;
import io.ringflash.ring.DeviceGroup;
import io.ringflash.tensor.DType;
import java.util.List;
import org.junit.jupiter.api.Test;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** PTX on OpenCL's devices. */
class OpenClKernelTest {
  private static final List<DeviceId> DEVICES =
      DeviceId.parseList(System.getProperty("ringflash.test.devices", "opencl:0"));

  @Test
  void argumentsAreDeclaredAsMemory() {
    String ptx = OpenClKernel.withMemoryArguments(PtxTask.readWhole("finish-fp16.ptx"));
    assertThat(ptx)
        .startsWith(".version")
        .contains("\t.param .u64 ringflash_finish_param_0,\n")
        .contains("\t.param .u64 .ptr .global .align 16 ringflash_finish_param_1,\n")
        .contains("\t.param .u64 .ptr .global .align 16 ringflash_finish_param_8\n)")
        .contains("ld.param.u64 \t");
  }

  @Test
  void aDriverThatTakesNoPtxIsNamed() {
    try (DeviceGroup group =
        DeviceGroup.open(EngineRegistry.withServices(new CpuEngine()), DEVICES.subList(0, 1))) {
      TornadoAttentionDevice opened = (TornadoAttentionDevice) group.device(0);
      TornadoXPUDevice device = opened.device();
      assumeTrue(device.getTornadoVMBackend() == TornadoVMBackendType.OPENCL, "needs opencl");
      assumeTrue(ComputeCapability.major(device) == 0, "needs another GPU than NVIDIA's");
      TensorForm form = new TensorForm(64, DType.FP16, false);
      assertThatThrownBy(
              () -> opened.worker().run(() -> new OpenClTensorKernels(device, form).close()))
          .isInstanceOf(EngineUnavailableException.class)
          .hasMessageContaining("tensor cores through OpenCL need NVIDIA's driver");
    }
  }
}
