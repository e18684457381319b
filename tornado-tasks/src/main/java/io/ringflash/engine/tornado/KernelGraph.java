package io.ringflash.engine.tornado;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import uk.ac.manchester.tornado.api.GridScheduler;
import uk.ac.manchester.tornado.api.ImmutableTaskGraph;
import uk.ac.manchester.tornado.api.TaskGraph;
import uk.ac.manchester.tornado.api.TornadoExecutionPlan;
import uk.ac.manchester.tornado.api.WorkerGrid;
import uk.ac.manchester.tornado.api.WorkerGrid1D;
import uk.ac.manchester.tornado.api.common.Access;
import uk.ac.manchester.tornado.api.enums.DataTransferMode;
import uk.ac.manchester.tornado.api.enums.TornadoDeviceType;
import uk.ac.manchester.tornado.api.enums.TornadoVMBackendType;
import uk.ac.manchester.tornado.api.exceptions.TornadoExecutionPlanException;
import uk.ac.manchester.tornado.api.memory.XPUBuffer;
import uk.ac.manchester.tornado.api.types.arrays.TornadoNativeArray;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.common.XPUDeviceBufferState;
import uk.ac.manchester.tornado.runtime.graph.TornadoExecutionContext;
import uk.ac.manchester.tornado.runtime.tasks.TornadoTaskGraph;

/**
 * A task graph that is compiled once and then run on whatever {@link DeviceBuffer}s it is given.
 *
 * <p>It is built on small arrays of its own and run on them once, which compiles it. Later runs
 * have those arrays' device memory replaced: TornadoVM reads the address at every launch. That part
 * of TornadoVM has no public interface; this class is the only one that knows.
 */
final class KernelGraph implements AutoCloseable {
  /** TornadoVM's compiler keeps state that is shared by all devices. */
  private static final Object COMPILER = new Object();

  /**
   * Without finite-math-only and the like of TornadoVM's default: NaN and infinities count. Local
   * arrays begin at multiples of 16 bytes, which TornadoVM does not ask for: only then do loads of
   * four neighbours become one.
   */
  static final String OPENCL_FLAGS =
      "-cl-mad-enable -w -D__local=__attribute__((aligned(16)))__local";

  /**
   * For CPUs, whose compilers are Clang: products and sums of vectors, for which TornadoVM has no
   * one operation, become one instruction. A pragma says so, here one before the kernel, since the
   * program's text is TornadoVM's; options can hold neither blanks nor quotes.
   */
  static final String OPENCL_CPU_FLAGS =
      OPENCL_FLAGS
          + " -DPRAGMA(text)=_Pragma(#text)"
          + " -D__kernel=PRAGMA(clang/**/fp/**/contract(fast))__kernel";

  /** The second flag takes the most registers of a thread. */
  private static final String PTX_FLAGS = "CU_JIT_OPTIMIZATION_LEVEL 4 CU_JIT_MAX_REGISTERS %d";

  /** As many as a thread of an NVIDIA GPU can have. */
  private static final int ALL_REGISTERS = 255;

  private static final AtomicInteger COUNTER = new AtomicInteger();

  private final TornadoXPUDevice device;
  private final TornadoExecutionPlan plan;
  private final GridScheduler grids = new GridScheduler();
  private final Map<String, WorkerGrid> gridOfTask = new HashMap<>();
  private final Map<Object, XPUDeviceBufferState> states = new IdentityHashMap<>();
  private final List<Runnable> restore = new ArrayList<>();
  private final TornadoNativeArray firstArray;
  private final XPUBuffer firstMemory;
  private final String name;

  /**
   * Compiles a graph.
   *
   * @param arrays of the tasks, large enough for one group that has nothing to do
   * @param threads of a group, by the tasks' names
   * @param body adds the tasks
   */
  KernelGraph(
      TornadoXPUDevice device,
      List<? extends TornadoNativeArray> arrays,
      Map<String, Integer> threads,
      Consumer<TaskGraph> body) {
    this(device, ALL_REGISTERS, arrays, threads, body);
  }

  /**
   * Compiles a graph.
   *
   * @param registers most registers of a thread, through PTX; other backends choose by themselves
   * @param arrays of the tasks, large enough for one group that has nothing to do
   * @param threads of a group, by the tasks' names
   * @param body adds the tasks
   */
  KernelGraph(
      TornadoXPUDevice device,
      int registers,
      List<? extends TornadoNativeArray> arrays,
      Map<String, Integer> threads,
      Consumer<TaskGraph> body) {
    this.device = device;
    this.name = "ringflash" + COUNTER.getAndIncrement();
    synchronized (COMPILER) {
      TaskGraph graph = new TaskGraph(name);
      graph.transferToDevice(DataTransferMode.FIRST_EXECUTION, arrays.toArray());
      body.accept(graph);
      ImmutableTaskGraph immutable = graph.snapshot();
      plan = new TornadoExecutionPlan(immutable);
      threads.forEach((task, count) -> {
        WorkerGrid grid = new WorkerGrid1D(count);
        grid.setLocalWork(count, 1, 1);
        gridOfTask.put(task, grid);
        grids.addWorkerGrid(name + "." + task, grid);
      });
      plan.withDevice(device)
          .withCompilerFlags(TornadoVMBackendType.OPENCL, openClFlags(device))
          .withCompilerFlags(TornadoVMBackendType.PTX, PTX_FLAGS.formatted(registers))
          .withGridScheduler(grids);
      plan.execute();
      for (TornadoNativeArray array : arrays) {
        states.put(array, state(immutable, array));
      }
    }
    states.forEach((array, state) -> {
      XPUBuffer own = state.getXPUBuffer();
      restore.add(() -> state.setXPUBuffer(own));
    });
    firstArray = arrays.getFirst();
    firstMemory = Objects.requireNonNull(states.get(firstArray)).getXPUBuffer();
    await();
  }

  /** Gives the tasks {@code buffer} for {@code array}, from the next run on. */
  void bind(TornadoNativeArray array, DeviceBuffer buffer) {
    XPUDeviceBufferState state = states.get(array);
    if (state == null) {
      throw new IllegalArgumentException("not an array of this graph");
    }
    state.setXPUBuffer(buffer.memory());
  }

  /** Sets the number of groups of a task, from the next run on. */
  void groups(String task, long count) {
    WorkerGrid grid = gridOfTask.get(task);
    if (grid == null) {
      throw new IllegalArgumentException("not a task of this graph: " + task);
    }
    grid.setGlobalWork(Math.multiplyExact(count, grid.getLocalWork()[0]), 1, 1);
  }

  /** Runs all tasks, and waits. */
  void run() {
    plan.execute();
    await();
  }

  private static String openClFlags(TornadoXPUDevice device) {
    return device.getDeviceType() == TornadoDeviceType.CPU ? OPENCL_CPU_FLAGS : OPENCL_FLAGS;
  }

  private void await() {
    DeviceQueue.await(device, plan.getId(), firstMemory, firstArray);
  }

  @Override
  public void close() {
    restore.forEach(Runnable::run);
    device.enableThreadSharing();
    try {
      plan.close();
    } catch (TornadoExecutionPlanException e) {
      throw new IllegalStateException("closing the kernels failed", e);
    }
  }

  private XPUDeviceBufferState state(ImmutableTaskGraph graph, Object array) {
    try {
      Object taskGraph = field(ImmutableTaskGraph.class, "taskGraph").get(graph);
      Object implementation = field(TaskGraph.class, "taskGraphImpl").get(taskGraph);
      TornadoExecutionContext context =
          (TornadoExecutionContext)
              field(TornadoTaskGraph.class, "executionContext").get(implementation);
      return context
          .getLocalStateObject(array, Access.READ_WRITE)
          .getDataObjectState()
          .getDeviceBufferState(device);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("this version of TornadoVM is not supported", e);
    }
  }

  private static Field field(Class<?> owner, String name) throws NoSuchFieldException {
    Field field = owner.getDeclaredField(name);
    field.setAccessible(true);
    return field;
  }
}
