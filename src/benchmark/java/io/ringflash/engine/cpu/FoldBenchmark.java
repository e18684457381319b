package io.ringflash.engine.cpu;

import io.ringflash.attention.AttentionInputs;
import io.ringflash.attention.AttentionProblem;
import io.ringflash.attention.AttentionShape;
import io.ringflash.attention.PartialAttention;
import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.AttnType;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import io.ringflash.engine.ShardRequest;
import io.ringflash.experiment.RandomInputs;
import io.ringflash.tensor.DType;
import io.ringflash.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one worker does: one tile of rows meets all keys of a packed block. With {@code -prof gc} it
 * shows that the loop allocates nothing per tile of keys: bytes per call don't grow with them.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsAppend = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@SuppressWarnings("NullAway.Init") // JMH and @Setup fill the fields.
public class FoldBenchmark {
  @Param({"64", "128"})
  public int headDim;

  @Param({"512", "4096"})
  public int keys;

  private final Arena arena = Arena.ofShared();
  private final MemoryPool memory = new MemoryPool();
  private final TileRows scratch = new TileRows();
  private PackedBlock block;
  private TileFold fold;
  private PackedTiles tiles;
  private PartialAttention state;

  @Setup
  public void load() {
    AttentionShape shape = new AttentionShape(1, TileRows.ROWS, keys, 1, 1, headDim);
    AttentionInputs inputs = new RandomInputs(arena, DType.FP32, 1).create(shape);
    PositionSlice queries = PositionSlice.contiguous(0, TileRows.ROWS);
    Tensor out = Tensor.allocate(arena, DType.FP32, shape.queryShape());
    Tensor lse = Tensor.allocate(arena, DType.FP32, shape.lseShape());
    List<QueryPart> parts = List.of(new QueryPart(queries, inputs.q(), out, lse));
    RowTile rows = RowTile.cut(parts, 1, TileRows.ROWS).getFirst();
    KeyValueBlock source =
        new KeyValueBlock(
            List.of(new KeyValuePart(PositionSlice.contiguous(0, keys), inputs.k(), inputs.v())));
    long bytes = PackedBlock.byteSize(shape, source);
    block = new PackedBlock(shape, source, arena.allocate(bytes, PackedBlock.ALIGNMENT));
    block.require(0, scratch.packer);
    ShardRequest request =
        new ShardRequest(
            AttentionProblem.plain(shape, DType.FP32),
            parts,
            List.of(source),
            AttnType.VECTOR,
            null,
            false,
            () -> false);
    WorkItem item = new WorkItem(0, rows, 0);
    fold = new TileFold(request, item, scratch);
    tiles = new PackedTiles(request.problem(), item, scratch, block);
    state = new PartialAttention(memory.lease(), 1, 1, TileRows.ROWS, headDim);
  }

  @Benchmark
  public PartialAttention fold() {
    fold.start();
    fold.fold(tiles);
    fold.suspend(state);
    return state;
  }

  @TearDown
  public void free() {
    memory.close();
    arena.close();
  }
}
