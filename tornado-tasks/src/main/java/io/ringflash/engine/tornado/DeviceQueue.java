package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.memory.XPUBuffer;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;

/** Queues of devices. */
final class DeviceQueue {
  private DeviceQueue() {}

  /**
   * Waits until a queue is empty, where TornadoVM's sync does not: its SPIR-V backend has an empty
   * one.
   *
   * @param stream names the queue
   * @param memory of the device, which no other queue writes
   * @param array the memory's host side, of which the first element is read
   */
  static void await(
      TornadoXPUDevice device, long stream, XPUBuffer memory, TornadoNativeArray array) {
    if (device.getTornadoVMBackend() == TornadoVMBackendType.SPIRV) {
      // Its reads block, and its queues keep their order.
      memory.read(
          stream, array, TornadoNativeArray.ARRAY_HEADER, array.getElementSize(), null, false);
    }
  }
}
