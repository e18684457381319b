package io.ringflash;

import io.ringflash.attention.PositionSlice;
import io.ringflash.engine.KeyValueBlock;
import io.ringflash.engine.KeyValuePart;
import io.ringflash.engine.QueryPart;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * Gives the shards of devices that have been lost to those that are left, an equal part to each.
 *
 * @param members ranks of those that are left, as they were when the tensors were sharded
 */
record Reassignment(List<Integer> members) {
  private interface Cut<P> {
    P sub(P part, long from, long count);
  }

  /**
   * Slices of each device that is left.
   *
   * @param shards slices of every rank
   */
  List<List<PositionSlice>> slices(List<List<PositionSlice>> shards) {
    return assign(shards, PositionSlice::length, PositionSlice::sub);
  }

  /**
   * Queries of each device that is left.
   *
   * @param shards queries of every rank
   */
  List<List<QueryPart>> queries(List<List<QueryPart>> shards) {
    return assign(shards, part -> part.positions().length(), Reassignment::sub);
  }

  /**
   * A K/V block of each device that is left.
   *
   * @param shards blocks of every rank
   */
  List<KeyValueBlock> blocks(List<KeyValueBlock> shards) {
    List<List<KeyValuePart>> parts = shards.stream().map(KeyValueBlock::parts).toList();
    return assign(parts, part -> part.positions().length(), Reassignment::sub).stream()
        .map(Reassignment::block)
        .toList();
  }

  private <P> List<List<P>> assign(List<List<P>> shards, ToLongFunction<P> length, Cut<P> cut) {
    List<List<P>> assigned = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      List<P> parts = new ArrayList<>(shards.get(members.get(i)));
      for (int rank = 0; rank < shards.size(); rank++) {
        if (!members.contains(rank)) {
          for (P part : shards.get(rank)) {
            long from = length.applyAsLong(part) * i / members.size();
            long to = length.applyAsLong(part) * (i + 1) / members.size();
            if (to > from) {
              parts.add(cut.sub(part, from, to - from));
            }
          }
        }
      }
      assigned.add(parts);
    }
    return assigned;
  }

  private static KeyValueBlock block(List<KeyValuePart> parts) {
    List<KeyValuePart> ascending = new ArrayList<>(parts);
    ascending.sort(Comparator.comparingLong(part -> part.positions().start()));
    return new KeyValueBlock(ascending, true);
  }

  private static QueryPart sub(QueryPart part, long from, long count) {
    return new QueryPart(
        part.positions().sub(from, count),
        part.q().slice(1, from, count, 1),
        part.out().slice(1, from, count, 1),
        part.lse().slice(2, from, count, 1));
  }

  private static KeyValuePart sub(KeyValuePart part, long from, long count) {
    return new KeyValuePart(
        part.positions().sub(from, count),
        part.k().slice(1, from, count, 1),
        part.v().slice(1, from, count, 1));
  }
}
