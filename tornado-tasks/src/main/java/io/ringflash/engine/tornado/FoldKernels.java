package io.ringflash.engine.tornado;

import uk.ac.manchester.tornado.api.KernelContext;
import uk.ac.manchester.tornado.api.math.TornadoMath;
import uk.ac.manchester.tornado.api.types.arrays.FloatArray;
import uk.ac.manchester.tornado.api.types.arrays.IntArray;

/** LADDER */
final class FoldKernels {
private FoldKernels() {}

/** Any head dimension, a multiple of 32 with padding. */
public static void foldAny(
KernelContext c,
FloatArray q,
FloatArray k,
FloatArray v,
FloatArray acc,
FloatArray maxima,
FloatArray sums,
IntArray shape,
FloatArray scalars,
IntArray queryTiles,
IntArray keyTiles,
IntArray nonFinite,
int masked,
int capped,
int biased,
int dropping
) {
int lid = c.localIdx;
// Pairs of threads share an address, of keys or of rows: a 128-bit load takes half the time.
int tx = (lid & 1) | ((lid >> 1) & 6);
int ty = ((lid >> 1) & 1) | ((lid >> 4) << 1);
int ox = tx;
int oy = ty;
int rowHeads = shape.get(KernelShape.ROW_HEADS);
int rowTiles = queryTiles.get(TileTable.TILES);
int order = KernelMath.quotient(c.groupIdx, rowHeads);
int head = c.groupIdx - order * rowHeads;
// The last rows of a causal slice see most keys: begin with them, end with small work.
int rowTile = rowTiles - 1 - order;
int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));
int lowest = shape.get(KernelShape.LOWEST_OFFSET);
int highest = shape.get(KernelShape.HIGHEST_OFFSET);
int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;
int query = queryTiles.get(rowAt + TileTable.START);
int queryCount = queryTiles.get(rowAt + TileTable.COUNT);
int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);
int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);
int position = query + shape.get(KernelShape.QUERY_OFFSET);
int lastPosition = position + (queryCount - 1) * queryStride;
int row = (head * rowTiles + rowTile) * 64;
float none = scalars.get(KernelShape.NONE);
float slope = 0f;
if (biased != 0) {
slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);
}
int tiles = keyTiles.get(TileTable.TILES);
int headDim = keyTiles.get(TileTable.PADDED);
int queryFrom = row * headDim;
float[] stage = c.allocateFloatLocalArray(4096);
float[] ps = c.allocateFloatLocalArray(4096);
float[] rs = c.allocateFloatLocalArray(576);
int[] bounds = c.allocateIntLocalArray(256);
float m0 = maxima.get(row + ty * 4 + 0);
float l0 = tx == 0 ? sums.get(row + ty * 4 + 0) : 0f;
float m1 = maxima.get(row + ty * 4 + 1);
float l1 = tx == 0 ? sums.get(row + ty * 4 + 1) : 0f;
float m2 = maxima.get(row + ty * 4 + 2);
float l2 = tx == 0 ? sums.get(row + ty * 4 + 2) : 0f;
float m3 = maxima.get(row + ty * 4 + 3);
float l3 = tx == 0 ? sums.get(row + ty * 4 + 3) : 0f;
int first = 0;
int last = tiles - 1;
if (masked != 0) {
first = tiles;
last = -1;
for (int t = lid; t < tiles; t += 128) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
int seen = visible != 0 ? t : first;
first = TornadoMath.min(first, seen);
last = visible != 0 ? t : last;
}
bounds[lid] = first;
bounds[128 + lid] = last;
c.localBarrier();
for (int step = 64; step > 0; step >>= 1) {
if (lid < step) {
bounds[lid] = TornadoMath.min(bounds[lid], bounds[lid + step]);
int high = 128 + lid;
bounds[high] = TornadoMath.max(bounds[high], bounds[high + step]);
}
c.localBarrier();
}
first = bounds[0];
last = bounds[128];
}
int staged = -1;
for (int t = first; t <= last; t++) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
if (visible != 0) {
int keyFrom = (kvHead * tiles + t) * 64 * headDim + lid;
int careful = partial;
if (dropping != 0) {
careful = 1;
}
int stamp = nonFinite.get(kvHead * tiles + t);
careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);
if (staged != t) {
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int keyChunk = keyFrom + (0) * 1024;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
int queryChunk = queryFrom + lid + (0) * 1024;
a8 = q.get(queryChunk + 0);
a9 = q.get(queryChunk + 128);
a10 = q.get(queryChunk + 256);
a11 = q.get(queryChunk + 384);
a12 = q.get(queryChunk + 512);
a13 = q.get(queryChunk + 640);
a14 = q.get(queryChunk + 768);
a15 = q.get(queryChunk + 896);
stage[0 + lid + 0] = a0;
stage[0 + lid + 128] = a1;
stage[0 + lid + 256] = a2;
stage[0 + lid + 384] = a3;
stage[0 + lid + 512] = a4;
stage[0 + lid + 640] = a5;
stage[0 + lid + 768] = a6;
stage[0 + lid + 896] = a7;
stage[0 + lid + 1024] = a8;
stage[0 + lid + 1152] = a9;
stage[0 + lid + 1280] = a10;
stage[0 + lid + 1408] = a11;
stage[0 + lid + 1536] = a12;
stage[0 + lid + 1664] = a13;
stage[0 + lid + 1792] = a14;
stage[0 + lid + 1920] = a15;
c.localBarrier();
}
staged = t + 1;
float s0_0 = 0f;
float s0_1 = 0f;
float s0_2 = 0f;
float s0_3 = 0f;
float s0_4 = 0f;
float s0_5 = 0f;
float s0_6 = 0f;
float s0_7 = 0f;
float s1_0 = 0f;
float s1_1 = 0f;
float s1_2 = 0f;
float s1_3 = 0f;
float s1_4 = 0f;
float s1_5 = 0f;
float s1_6 = 0f;
float s1_7 = 0f;
float s2_0 = 0f;
float s2_1 = 0f;
float s2_2 = 0f;
float s2_3 = 0f;
float s2_4 = 0f;
float s2_5 = 0f;
float s2_6 = 0f;
float s2_7 = 0f;
float s3_0 = 0f;
float s3_1 = 0f;
float s3_2 = 0f;
float s3_3 = 0f;
float s3_4 = 0f;
float s3_5 = 0f;
float s3_6 = 0f;
float s3_7 = 0f;
int chunks = headDim / 16;
int valueFrom = ((kvHead * tiles + t) * 64 + (lid >> 5)) * headDim + (lid & 31);
for (int n = 0; n < chunks - 1; n++) {
int from = (n & 1) * 2048;
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int keyChunk = keyFrom + (n + 1) * 1024;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
int queryChunk = queryFrom + lid + (n + 1) * 1024;
a8 = q.get(queryChunk + 0);
a9 = q.get(queryChunk + 128);
a10 = q.get(queryChunk + 256);
a11 = q.get(queryChunk + 384);
a12 = q.get(queryChunk + 512);
a13 = q.get(queryChunk + 640);
a14 = q.get(queryChunk + 768);
a15 = q.get(queryChunk + 896);
int kb = from + tx * 4;
int qb = from + 1024 + ty * 4;
for (int d = 0; d < 16; d += 4) {
float k0_0 = stage[kb + 0];
float k0_1 = stage[kb + 1];
float k0_2 = stage[kb + 2];
float k0_3 = stage[kb + 3];
float k0_4 = stage[kb + 32];
float k0_5 = stage[kb + 33];
float k0_6 = stage[kb + 34];
float k0_7 = stage[kb + 35];
float q0_0 = stage[qb + 0];
float q0_1 = stage[qb + 1];
float q0_2 = stage[qb + 2];
float q0_3 = stage[qb + 3];
s0_0 += q0_0 * k0_0;
s0_1 += q0_0 * k0_1;
s0_2 += q0_0 * k0_2;
s0_3 += q0_0 * k0_3;
s0_4 += q0_0 * k0_4;
s0_5 += q0_0 * k0_5;
s0_6 += q0_0 * k0_6;
s0_7 += q0_0 * k0_7;
s1_0 += q0_1 * k0_0;
s1_1 += q0_1 * k0_1;
s1_2 += q0_1 * k0_2;
s1_3 += q0_1 * k0_3;
s1_4 += q0_1 * k0_4;
s1_5 += q0_1 * k0_5;
s1_6 += q0_1 * k0_6;
s1_7 += q0_1 * k0_7;
s2_0 += q0_2 * k0_0;
s2_1 += q0_2 * k0_1;
s2_2 += q0_2 * k0_2;
s2_3 += q0_2 * k0_3;
s2_4 += q0_2 * k0_4;
s2_5 += q0_2 * k0_5;
s2_6 += q0_2 * k0_6;
s2_7 += q0_2 * k0_7;
s3_0 += q0_3 * k0_0;
s3_1 += q0_3 * k0_1;
s3_2 += q0_3 * k0_2;
s3_3 += q0_3 * k0_3;
s3_4 += q0_3 * k0_4;
s3_5 += q0_3 * k0_5;
s3_6 += q0_3 * k0_6;
s3_7 += q0_3 * k0_7;
float k1_0 = stage[kb + 64];
float k1_1 = stage[kb + 65];
float k1_2 = stage[kb + 66];
float k1_3 = stage[kb + 67];
float k1_4 = stage[kb + 96];
float k1_5 = stage[kb + 97];
float k1_6 = stage[kb + 98];
float k1_7 = stage[kb + 99];
float q1_0 = stage[qb + 64];
float q1_1 = stage[qb + 65];
float q1_2 = stage[qb + 66];
float q1_3 = stage[qb + 67];
s0_0 += q1_0 * k1_0;
s0_1 += q1_0 * k1_1;
s0_2 += q1_0 * k1_2;
s0_3 += q1_0 * k1_3;
s0_4 += q1_0 * k1_4;
s0_5 += q1_0 * k1_5;
s0_6 += q1_0 * k1_6;
s0_7 += q1_0 * k1_7;
s1_0 += q1_1 * k1_0;
s1_1 += q1_1 * k1_1;
s1_2 += q1_1 * k1_2;
s1_3 += q1_1 * k1_3;
s1_4 += q1_1 * k1_4;
s1_5 += q1_1 * k1_5;
s1_6 += q1_1 * k1_6;
s1_7 += q1_1 * k1_7;
s2_0 += q1_2 * k1_0;
s2_1 += q1_2 * k1_1;
s2_2 += q1_2 * k1_2;
s2_3 += q1_2 * k1_3;
s2_4 += q1_2 * k1_4;
s2_5 += q1_2 * k1_5;
s2_6 += q1_2 * k1_6;
s2_7 += q1_2 * k1_7;
s3_0 += q1_3 * k1_0;
s3_1 += q1_3 * k1_1;
s3_2 += q1_3 * k1_2;
s3_3 += q1_3 * k1_3;
s3_4 += q1_3 * k1_4;
s3_5 += q1_3 * k1_5;
s3_6 += q1_3 * k1_6;
s3_7 += q1_3 * k1_7;
float k2_0 = stage[kb + 128];
float k2_1 = stage[kb + 129];
float k2_2 = stage[kb + 130];
float k2_3 = stage[kb + 131];
float k2_4 = stage[kb + 160];
float k2_5 = stage[kb + 161];
float k2_6 = stage[kb + 162];
float k2_7 = stage[kb + 163];
float q2_0 = stage[qb + 128];
float q2_1 = stage[qb + 129];
float q2_2 = stage[qb + 130];
float q2_3 = stage[qb + 131];
s0_0 += q2_0 * k2_0;
s0_1 += q2_0 * k2_1;
s0_2 += q2_0 * k2_2;
s0_3 += q2_0 * k2_3;
s0_4 += q2_0 * k2_4;
s0_5 += q2_0 * k2_5;
s0_6 += q2_0 * k2_6;
s0_7 += q2_0 * k2_7;
s1_0 += q2_1 * k2_0;
s1_1 += q2_1 * k2_1;
s1_2 += q2_1 * k2_2;
s1_3 += q2_1 * k2_3;
s1_4 += q2_1 * k2_4;
s1_5 += q2_1 * k2_5;
s1_6 += q2_1 * k2_6;
s1_7 += q2_1 * k2_7;
s2_0 += q2_2 * k2_0;
s2_1 += q2_2 * k2_1;
s2_2 += q2_2 * k2_2;
s2_3 += q2_2 * k2_3;
s2_4 += q2_2 * k2_4;
s2_5 += q2_2 * k2_5;
s2_6 += q2_2 * k2_6;
s2_7 += q2_2 * k2_7;
s3_0 += q2_3 * k2_0;
s3_1 += q2_3 * k2_1;
s3_2 += q2_3 * k2_2;
s3_3 += q2_3 * k2_3;
s3_4 += q2_3 * k2_4;
s3_5 += q2_3 * k2_5;
s3_6 += q2_3 * k2_6;
s3_7 += q2_3 * k2_7;
float k3_0 = stage[kb + 192];
float k3_1 = stage[kb + 193];
float k3_2 = stage[kb + 194];
float k3_3 = stage[kb + 195];
float k3_4 = stage[kb + 224];
float k3_5 = stage[kb + 225];
float k3_6 = stage[kb + 226];
float k3_7 = stage[kb + 227];
float q3_0 = stage[qb + 192];
float q3_1 = stage[qb + 193];
float q3_2 = stage[qb + 194];
float q3_3 = stage[qb + 195];
s0_0 += q3_0 * k3_0;
s0_1 += q3_0 * k3_1;
s0_2 += q3_0 * k3_2;
s0_3 += q3_0 * k3_3;
s0_4 += q3_0 * k3_4;
s0_5 += q3_0 * k3_5;
s0_6 += q3_0 * k3_6;
s0_7 += q3_0 * k3_7;
s1_0 += q3_1 * k3_0;
s1_1 += q3_1 * k3_1;
s1_2 += q3_1 * k3_2;
s1_3 += q3_1 * k3_3;
s1_4 += q3_1 * k3_4;
s1_5 += q3_1 * k3_5;
s1_6 += q3_1 * k3_6;
s1_7 += q3_1 * k3_7;
s2_0 += q3_2 * k3_0;
s2_1 += q3_2 * k3_1;
s2_2 += q3_2 * k3_2;
s2_3 += q3_2 * k3_3;
s2_4 += q3_2 * k3_4;
s2_5 += q3_2 * k3_5;
s2_6 += q3_2 * k3_6;
s2_7 += q3_2 * k3_7;
s3_0 += q3_3 * k3_0;
s3_1 += q3_3 * k3_1;
s3_2 += q3_3 * k3_2;
s3_3 += q3_3 * k3_3;
s3_4 += q3_3 * k3_4;
s3_5 += q3_3 * k3_5;
s3_6 += q3_3 * k3_6;
s3_7 += q3_3 * k3_7;
kb += 256;
qb += 256;
}
stage[2048 - from + lid + 0] = a0;
stage[2048 - from + lid + 128] = a1;
stage[2048 - from + lid + 256] = a2;
stage[2048 - from + lid + 384] = a3;
stage[2048 - from + lid + 512] = a4;
stage[2048 - from + lid + 640] = a5;
stage[2048 - from + lid + 768] = a6;
stage[2048 - from + lid + 896] = a7;
stage[2048 - from + lid + 1024] = a8;
stage[2048 - from + lid + 1152] = a9;
stage[2048 - from + lid + 1280] = a10;
stage[2048 - from + lid + 1408] = a11;
stage[2048 - from + lid + 1536] = a12;
stage[2048 - from + lid + 1664] = a13;
stage[2048 - from + lid + 1792] = a14;
stage[2048 - from + lid + 1920] = a15;
c.localBarrier();
}
{
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int valueChunk = valueFrom + (0) * 32;
a0 = v.get(valueChunk + 0 * headDim);
a1 = v.get(valueChunk + 4 * headDim);
a2 = v.get(valueChunk + 8 * headDim);
a3 = v.get(valueChunk + 12 * headDim);
a4 = v.get(valueChunk + 16 * headDim);
a5 = v.get(valueChunk + 20 * headDim);
a6 = v.get(valueChunk + 24 * headDim);
a7 = v.get(valueChunk + 28 * headDim);
a8 = v.get(valueChunk + 32 * headDim);
a9 = v.get(valueChunk + 36 * headDim);
a10 = v.get(valueChunk + 40 * headDim);
a11 = v.get(valueChunk + 44 * headDim);
a12 = v.get(valueChunk + 48 * headDim);
a13 = v.get(valueChunk + 52 * headDim);
a14 = v.get(valueChunk + 56 * headDim);
a15 = v.get(valueChunk + 60 * headDim);
int kb = 2048 + tx * 4;
int qb = 2048 + 1024 + ty * 4;
for (int d = 0; d < 16; d += 4) {
float k0_0 = stage[kb + 0];
float k0_1 = stage[kb + 1];
float k0_2 = stage[kb + 2];
float k0_3 = stage[kb + 3];
float k0_4 = stage[kb + 32];
float k0_5 = stage[kb + 33];
float k0_6 = stage[kb + 34];
float k0_7 = stage[kb + 35];
float q0_0 = stage[qb + 0];
float q0_1 = stage[qb + 1];
float q0_2 = stage[qb + 2];
float q0_3 = stage[qb + 3];
s0_0 += q0_0 * k0_0;
s0_1 += q0_0 * k0_1;
s0_2 += q0_0 * k0_2;
s0_3 += q0_0 * k0_3;
s0_4 += q0_0 * k0_4;
s0_5 += q0_0 * k0_5;
s0_6 += q0_0 * k0_6;
s0_7 += q0_0 * k0_7;
s1_0 += q0_1 * k0_0;
s1_1 += q0_1 * k0_1;
s1_2 += q0_1 * k0_2;
s1_3 += q0_1 * k0_3;
s1_4 += q0_1 * k0_4;
s1_5 += q0_1 * k0_5;
s1_6 += q0_1 * k0_6;
s1_7 += q0_1 * k0_7;
s2_0 += q0_2 * k0_0;
s2_1 += q0_2 * k0_1;
s2_2 += q0_2 * k0_2;
s2_3 += q0_2 * k0_3;
s2_4 += q0_2 * k0_4;
s2_5 += q0_2 * k0_5;
s2_6 += q0_2 * k0_6;
s2_7 += q0_2 * k0_7;
s3_0 += q0_3 * k0_0;
s3_1 += q0_3 * k0_1;
s3_2 += q0_3 * k0_2;
s3_3 += q0_3 * k0_3;
s3_4 += q0_3 * k0_4;
s3_5 += q0_3 * k0_5;
s3_6 += q0_3 * k0_6;
s3_7 += q0_3 * k0_7;
float k1_0 = stage[kb + 64];
float k1_1 = stage[kb + 65];
float k1_2 = stage[kb + 66];
float k1_3 = stage[kb + 67];
float k1_4 = stage[kb + 96];
float k1_5 = stage[kb + 97];
float k1_6 = stage[kb + 98];
float k1_7 = stage[kb + 99];
float q1_0 = stage[qb + 64];
float q1_1 = stage[qb + 65];
float q1_2 = stage[qb + 66];
float q1_3 = stage[qb + 67];
s0_0 += q1_0 * k1_0;
s0_1 += q1_0 * k1_1;
s0_2 += q1_0 * k1_2;
s0_3 += q1_0 * k1_3;
s0_4 += q1_0 * k1_4;
s0_5 += q1_0 * k1_5;
s0_6 += q1_0 * k1_6;
s0_7 += q1_0 * k1_7;
s1_0 += q1_1 * k1_0;
s1_1 += q1_1 * k1_1;
s1_2 += q1_1 * k1_2;
s1_3 += q1_1 * k1_3;
s1_4 += q1_1 * k1_4;
s1_5 += q1_1 * k1_5;
s1_6 += q1_1 * k1_6;
s1_7 += q1_1 * k1_7;
s2_0 += q1_2 * k1_0;
s2_1 += q1_2 * k1_1;
s2_2 += q1_2 * k1_2;
s2_3 += q1_2 * k1_3;
s2_4 += q1_2 * k1_4;
s2_5 += q1_2 * k1_5;
s2_6 += q1_2 * k1_6;
s2_7 += q1_2 * k1_7;
s3_0 += q1_3 * k1_0;
s3_1 += q1_3 * k1_1;
s3_2 += q1_3 * k1_2;
s3_3 += q1_3 * k1_3;
s3_4 += q1_3 * k1_4;
s3_5 += q1_3 * k1_5;
s3_6 += q1_3 * k1_6;
s3_7 += q1_3 * k1_7;
float k2_0 = stage[kb + 128];
float k2_1 = stage[kb + 129];
float k2_2 = stage[kb + 130];
float k2_3 = stage[kb + 131];
float k2_4 = stage[kb + 160];
float k2_5 = stage[kb + 161];
float k2_6 = stage[kb + 162];
float k2_7 = stage[kb + 163];
float q2_0 = stage[qb + 128];
float q2_1 = stage[qb + 129];
float q2_2 = stage[qb + 130];
float q2_3 = stage[qb + 131];
s0_0 += q2_0 * k2_0;
s0_1 += q2_0 * k2_1;
s0_2 += q2_0 * k2_2;
s0_3 += q2_0 * k2_3;
s0_4 += q2_0 * k2_4;
s0_5 += q2_0 * k2_5;
s0_6 += q2_0 * k2_6;
s0_7 += q2_0 * k2_7;
s1_0 += q2_1 * k2_0;
s1_1 += q2_1 * k2_1;
s1_2 += q2_1 * k2_2;
s1_3 += q2_1 * k2_3;
s1_4 += q2_1 * k2_4;
s1_5 += q2_1 * k2_5;
s1_6 += q2_1 * k2_6;
s1_7 += q2_1 * k2_7;
s2_0 += q2_2 * k2_0;
s2_1 += q2_2 * k2_1;
s2_2 += q2_2 * k2_2;
s2_3 += q2_2 * k2_3;
s2_4 += q2_2 * k2_4;
s2_5 += q2_2 * k2_5;
s2_6 += q2_2 * k2_6;
s2_7 += q2_2 * k2_7;
s3_0 += q2_3 * k2_0;
s3_1 += q2_3 * k2_1;
s3_2 += q2_3 * k2_2;
s3_3 += q2_3 * k2_3;
s3_4 += q2_3 * k2_4;
s3_5 += q2_3 * k2_5;
s3_6 += q2_3 * k2_6;
s3_7 += q2_3 * k2_7;
float k3_0 = stage[kb + 192];
float k3_1 = stage[kb + 193];
float k3_2 = stage[kb + 194];
float k3_3 = stage[kb + 195];
float k3_4 = stage[kb + 224];
float k3_5 = stage[kb + 225];
float k3_6 = stage[kb + 226];
float k3_7 = stage[kb + 227];
float q3_0 = stage[qb + 192];
float q3_1 = stage[qb + 193];
float q3_2 = stage[qb + 194];
float q3_3 = stage[qb + 195];
s0_0 += q3_0 * k3_0;
s0_1 += q3_0 * k3_1;
s0_2 += q3_0 * k3_2;
s0_3 += q3_0 * k3_3;
s0_4 += q3_0 * k3_4;
s0_5 += q3_0 * k3_5;
s0_6 += q3_0 * k3_6;
s0_7 += q3_0 * k3_7;
s1_0 += q3_1 * k3_0;
s1_1 += q3_1 * k3_1;
s1_2 += q3_1 * k3_2;
s1_3 += q3_1 * k3_3;
s1_4 += q3_1 * k3_4;
s1_5 += q3_1 * k3_5;
s1_6 += q3_1 * k3_6;
s1_7 += q3_1 * k3_7;
s2_0 += q3_2 * k3_0;
s2_1 += q3_2 * k3_1;
s2_2 += q3_2 * k3_2;
s2_3 += q3_2 * k3_3;
s2_4 += q3_2 * k3_4;
s2_5 += q3_2 * k3_5;
s2_6 += q3_2 * k3_6;
s2_7 += q3_2 * k3_7;
s3_0 += q3_3 * k3_0;
s3_1 += q3_3 * k3_1;
s3_2 += q3_3 * k3_2;
s3_3 += q3_3 * k3_3;
s3_4 += q3_3 * k3_4;
s3_5 += q3_3 * k3_5;
s3_6 += q3_3 * k3_6;
s3_7 += q3_3 * k3_7;
kb += 256;
qb += 256;
}
stage[0 + lid + 0] = a0;
stage[0 + lid + 128] = a1;
stage[0 + lid + 256] = a2;
stage[0 + lid + 384] = a3;
stage[0 + lid + 512] = a4;
stage[0 + lid + 640] = a5;
stage[0 + lid + 768] = a6;
stage[0 + lid + 896] = a7;
stage[0 + lid + 1024] = a8;
stage[0 + lid + 1152] = a9;
stage[0 + lid + 1280] = a10;
stage[0 + lid + 1408] = a11;
stage[0 + lid + 1536] = a12;
stage[0 + lid + 1664] = a13;
stage[0 + lid + 1792] = a14;
stage[0 + lid + 1920] = a15;
}
if (careful != 0) {
for (int i = lid; i < 2048; i += 128) {
float value = stage[0 + i];
stage[0 + i] = KernelMath.finite(value) != 0 ? value : 0f;
}
}
if (capped != 0) {
float cap = scalars.get(KernelShape.SOFTCAP);
s0_0 = KernelMath.capped(s0_0, cap);
s0_1 = KernelMath.capped(s0_1, cap);
s0_2 = KernelMath.capped(s0_2, cap);
s0_3 = KernelMath.capped(s0_3, cap);
s0_4 = KernelMath.capped(s0_4, cap);
s0_5 = KernelMath.capped(s0_5, cap);
s0_6 = KernelMath.capped(s0_6, cap);
s0_7 = KernelMath.capped(s0_7, cap);
s1_0 = KernelMath.capped(s1_0, cap);
s1_1 = KernelMath.capped(s1_1, cap);
s1_2 = KernelMath.capped(s1_2, cap);
s1_3 = KernelMath.capped(s1_3, cap);
s1_4 = KernelMath.capped(s1_4, cap);
s1_5 = KernelMath.capped(s1_5, cap);
s1_6 = KernelMath.capped(s1_6, cap);
s1_7 = KernelMath.capped(s1_7, cap);
s2_0 = KernelMath.capped(s2_0, cap);
s2_1 = KernelMath.capped(s2_1, cap);
s2_2 = KernelMath.capped(s2_2, cap);
s2_3 = KernelMath.capped(s2_3, cap);
s2_4 = KernelMath.capped(s2_4, cap);
s2_5 = KernelMath.capped(s2_5, cap);
s2_6 = KernelMath.capped(s2_6, cap);
s2_7 = KernelMath.capped(s2_7, cap);
s3_0 = KernelMath.capped(s3_0, cap);
s3_1 = KernelMath.capped(s3_1, cap);
s3_2 = KernelMath.capped(s3_2, cap);
s3_3 = KernelMath.capped(s3_3, cap);
s3_4 = KernelMath.capped(s3_4, cap);
s3_5 = KernelMath.capped(s3_5, cap);
s3_6 = KernelMath.capped(s3_6, cap);
s3_7 = KernelMath.capped(s3_7, cap);
}
// Distance of the thread's first key from its first row.
int distance = key + tx * 4 * keyStride - position - ty * 4 * queryStride;
if (biased != 0) {
float tileSlope = keyJoint != 0 ? 0f : slope;
s0_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 0 * queryStride);
s0_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 0 * queryStride);
s0_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 0 * queryStride);
s0_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 0 * queryStride);
s0_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 0 * queryStride);
s0_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 0 * queryStride);
s0_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 0 * queryStride);
s0_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 0 * queryStride);
s1_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 1 * queryStride);
s1_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 1 * queryStride);
s1_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 1 * queryStride);
s1_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 1 * queryStride);
s1_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 1 * queryStride);
s1_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 1 * queryStride);
s1_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 1 * queryStride);
s1_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 1 * queryStride);
s2_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 2 * queryStride);
s2_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 2 * queryStride);
s2_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 2 * queryStride);
s2_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 2 * queryStride);
s2_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 2 * queryStride);
s2_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 2 * queryStride);
s2_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 2 * queryStride);
s2_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 2 * queryStride);
s3_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 3 * queryStride);
s3_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 3 * queryStride);
s3_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 3 * queryStride);
s3_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 3 * queryStride);
s3_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 3 * queryStride);
s3_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 3 * queryStride);
s3_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 3 * queryStride);
s3_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 3 * queryStride);
}
if (partial != 0) {
int beyond0 = tx * 4 + 0 < keyCount ? 0 : 1;
int beyond1 = tx * 4 + 1 < keyCount ? 0 : 1;
int beyond2 = tx * 4 + 2 < keyCount ? 0 : 1;
int beyond3 = tx * 4 + 3 < keyCount ? 0 : 1;
int beyond4 = tx * 4 + 32 < keyCount ? 0 : 1;
int beyond5 = tx * 4 + 33 < keyCount ? 0 : 1;
int beyond6 = tx * 4 + 34 < keyCount ? 0 : 1;
int beyond7 = tx * 4 + 35 < keyCount ? 0 : 1;
int h0_0 = beyond0;
if (masked != 0) {
int d0_0 = distance + 0 * keyStride - 0 * queryStride;
h0_0 = d0_0 < lowest ? h0_0 | (1 - free) : h0_0;
h0_0 = d0_0 > highest ? h0_0 | (1 - free) : h0_0;
}
s0_0 = h0_0 != 0 ? none : s0_0;
int h0_1 = beyond1;
if (masked != 0) {
int d0_1 = distance + 1 * keyStride - 0 * queryStride;
h0_1 = d0_1 < lowest ? h0_1 | (1 - free) : h0_1;
h0_1 = d0_1 > highest ? h0_1 | (1 - free) : h0_1;
}
s0_1 = h0_1 != 0 ? none : s0_1;
int h0_2 = beyond2;
if (masked != 0) {
int d0_2 = distance + 2 * keyStride - 0 * queryStride;
h0_2 = d0_2 < lowest ? h0_2 | (1 - free) : h0_2;
h0_2 = d0_2 > highest ? h0_2 | (1 - free) : h0_2;
}
s0_2 = h0_2 != 0 ? none : s0_2;
int h0_3 = beyond3;
if (masked != 0) {
int d0_3 = distance + 3 * keyStride - 0 * queryStride;
h0_3 = d0_3 < lowest ? h0_3 | (1 - free) : h0_3;
h0_3 = d0_3 > highest ? h0_3 | (1 - free) : h0_3;
}
s0_3 = h0_3 != 0 ? none : s0_3;
int h0_4 = beyond4;
if (masked != 0) {
int d0_4 = distance + 32 * keyStride - 0 * queryStride;
h0_4 = d0_4 < lowest ? h0_4 | (1 - free) : h0_4;
h0_4 = d0_4 > highest ? h0_4 | (1 - free) : h0_4;
}
s0_4 = h0_4 != 0 ? none : s0_4;
int h0_5 = beyond5;
if (masked != 0) {
int d0_5 = distance + 33 * keyStride - 0 * queryStride;
h0_5 = d0_5 < lowest ? h0_5 | (1 - free) : h0_5;
h0_5 = d0_5 > highest ? h0_5 | (1 - free) : h0_5;
}
s0_5 = h0_5 != 0 ? none : s0_5;
int h0_6 = beyond6;
if (masked != 0) {
int d0_6 = distance + 34 * keyStride - 0 * queryStride;
h0_6 = d0_6 < lowest ? h0_6 | (1 - free) : h0_6;
h0_6 = d0_6 > highest ? h0_6 | (1 - free) : h0_6;
}
s0_6 = h0_6 != 0 ? none : s0_6;
int h0_7 = beyond7;
if (masked != 0) {
int d0_7 = distance + 35 * keyStride - 0 * queryStride;
h0_7 = d0_7 < lowest ? h0_7 | (1 - free) : h0_7;
h0_7 = d0_7 > highest ? h0_7 | (1 - free) : h0_7;
}
s0_7 = h0_7 != 0 ? none : s0_7;
int h1_0 = beyond0;
if (masked != 0) {
int d1_0 = distance + 0 * keyStride - 1 * queryStride;
h1_0 = d1_0 < lowest ? h1_0 | (1 - free) : h1_0;
h1_0 = d1_0 > highest ? h1_0 | (1 - free) : h1_0;
}
s1_0 = h1_0 != 0 ? none : s1_0;
int h1_1 = beyond1;
if (masked != 0) {
int d1_1 = distance + 1 * keyStride - 1 * queryStride;
h1_1 = d1_1 < lowest ? h1_1 | (1 - free) : h1_1;
h1_1 = d1_1 > highest ? h1_1 | (1 - free) : h1_1;
}
s1_1 = h1_1 != 0 ? none : s1_1;
int h1_2 = beyond2;
if (masked != 0) {
int d1_2 = distance + 2 * keyStride - 1 * queryStride;
h1_2 = d1_2 < lowest ? h1_2 | (1 - free) : h1_2;
h1_2 = d1_2 > highest ? h1_2 | (1 - free) : h1_2;
}
s1_2 = h1_2 != 0 ? none : s1_2;
int h1_3 = beyond3;
if (masked != 0) {
int d1_3 = distance + 3 * keyStride - 1 * queryStride;
h1_3 = d1_3 < lowest ? h1_3 | (1 - free) : h1_3;
h1_3 = d1_3 > highest ? h1_3 | (1 - free) : h1_3;
}
s1_3 = h1_3 != 0 ? none : s1_3;
int h1_4 = beyond4;
if (masked != 0) {
int d1_4 = distance + 32 * keyStride - 1 * queryStride;
h1_4 = d1_4 < lowest ? h1_4 | (1 - free) : h1_4;
h1_4 = d1_4 > highest ? h1_4 | (1 - free) : h1_4;
}
s1_4 = h1_4 != 0 ? none : s1_4;
int h1_5 = beyond5;
if (masked != 0) {
int d1_5 = distance + 33 * keyStride - 1 * queryStride;
h1_5 = d1_5 < lowest ? h1_5 | (1 - free) : h1_5;
h1_5 = d1_5 > highest ? h1_5 | (1 - free) : h1_5;
}
s1_5 = h1_5 != 0 ? none : s1_5;
int h1_6 = beyond6;
if (masked != 0) {
int d1_6 = distance + 34 * keyStride - 1 * queryStride;
h1_6 = d1_6 < lowest ? h1_6 | (1 - free) : h1_6;
h1_6 = d1_6 > highest ? h1_6 | (1 - free) : h1_6;
}
s1_6 = h1_6 != 0 ? none : s1_6;
int h1_7 = beyond7;
if (masked != 0) {
int d1_7 = distance + 35 * keyStride - 1 * queryStride;
h1_7 = d1_7 < lowest ? h1_7 | (1 - free) : h1_7;
h1_7 = d1_7 > highest ? h1_7 | (1 - free) : h1_7;
}
s1_7 = h1_7 != 0 ? none : s1_7;
int h2_0 = beyond0;
if (masked != 0) {
int d2_0 = distance + 0 * keyStride - 2 * queryStride;
h2_0 = d2_0 < lowest ? h2_0 | (1 - free) : h2_0;
h2_0 = d2_0 > highest ? h2_0 | (1 - free) : h2_0;
}
s2_0 = h2_0 != 0 ? none : s2_0;
int h2_1 = beyond1;
if (masked != 0) {
int d2_1 = distance + 1 * keyStride - 2 * queryStride;
h2_1 = d2_1 < lowest ? h2_1 | (1 - free) : h2_1;
h2_1 = d2_1 > highest ? h2_1 | (1 - free) : h2_1;
}
s2_1 = h2_1 != 0 ? none : s2_1;
int h2_2 = beyond2;
if (masked != 0) {
int d2_2 = distance + 2 * keyStride - 2 * queryStride;
h2_2 = d2_2 < lowest ? h2_2 | (1 - free) : h2_2;
h2_2 = d2_2 > highest ? h2_2 | (1 - free) : h2_2;
}
s2_2 = h2_2 != 0 ? none : s2_2;
int h2_3 = beyond3;
if (masked != 0) {
int d2_3 = distance + 3 * keyStride - 2 * queryStride;
h2_3 = d2_3 < lowest ? h2_3 | (1 - free) : h2_3;
h2_3 = d2_3 > highest ? h2_3 | (1 - free) : h2_3;
}
s2_3 = h2_3 != 0 ? none : s2_3;
int h2_4 = beyond4;
if (masked != 0) {
int d2_4 = distance + 32 * keyStride - 2 * queryStride;
h2_4 = d2_4 < lowest ? h2_4 | (1 - free) : h2_4;
h2_4 = d2_4 > highest ? h2_4 | (1 - free) : h2_4;
}
s2_4 = h2_4 != 0 ? none : s2_4;
int h2_5 = beyond5;
if (masked != 0) {
int d2_5 = distance + 33 * keyStride - 2 * queryStride;
h2_5 = d2_5 < lowest ? h2_5 | (1 - free) : h2_5;
h2_5 = d2_5 > highest ? h2_5 | (1 - free) : h2_5;
}
s2_5 = h2_5 != 0 ? none : s2_5;
int h2_6 = beyond6;
if (masked != 0) {
int d2_6 = distance + 34 * keyStride - 2 * queryStride;
h2_6 = d2_6 < lowest ? h2_6 | (1 - free) : h2_6;
h2_6 = d2_6 > highest ? h2_6 | (1 - free) : h2_6;
}
s2_6 = h2_6 != 0 ? none : s2_6;
int h2_7 = beyond7;
if (masked != 0) {
int d2_7 = distance + 35 * keyStride - 2 * queryStride;
h2_7 = d2_7 < lowest ? h2_7 | (1 - free) : h2_7;
h2_7 = d2_7 > highest ? h2_7 | (1 - free) : h2_7;
}
s2_7 = h2_7 != 0 ? none : s2_7;
int h3_0 = beyond0;
if (masked != 0) {
int d3_0 = distance + 0 * keyStride - 3 * queryStride;
h3_0 = d3_0 < lowest ? h3_0 | (1 - free) : h3_0;
h3_0 = d3_0 > highest ? h3_0 | (1 - free) : h3_0;
}
s3_0 = h3_0 != 0 ? none : s3_0;
int h3_1 = beyond1;
if (masked != 0) {
int d3_1 = distance + 1 * keyStride - 3 * queryStride;
h3_1 = d3_1 < lowest ? h3_1 | (1 - free) : h3_1;
h3_1 = d3_1 > highest ? h3_1 | (1 - free) : h3_1;
}
s3_1 = h3_1 != 0 ? none : s3_1;
int h3_2 = beyond2;
if (masked != 0) {
int d3_2 = distance + 2 * keyStride - 3 * queryStride;
h3_2 = d3_2 < lowest ? h3_2 | (1 - free) : h3_2;
h3_2 = d3_2 > highest ? h3_2 | (1 - free) : h3_2;
}
s3_2 = h3_2 != 0 ? none : s3_2;
int h3_3 = beyond3;
if (masked != 0) {
int d3_3 = distance + 3 * keyStride - 3 * queryStride;
h3_3 = d3_3 < lowest ? h3_3 | (1 - free) : h3_3;
h3_3 = d3_3 > highest ? h3_3 | (1 - free) : h3_3;
}
s3_3 = h3_3 != 0 ? none : s3_3;
int h3_4 = beyond4;
if (masked != 0) {
int d3_4 = distance + 32 * keyStride - 3 * queryStride;
h3_4 = d3_4 < lowest ? h3_4 | (1 - free) : h3_4;
h3_4 = d3_4 > highest ? h3_4 | (1 - free) : h3_4;
}
s3_4 = h3_4 != 0 ? none : s3_4;
int h3_5 = beyond5;
if (masked != 0) {
int d3_5 = distance + 33 * keyStride - 3 * queryStride;
h3_5 = d3_5 < lowest ? h3_5 | (1 - free) : h3_5;
h3_5 = d3_5 > highest ? h3_5 | (1 - free) : h3_5;
}
s3_5 = h3_5 != 0 ? none : s3_5;
int h3_6 = beyond6;
if (masked != 0) {
int d3_6 = distance + 34 * keyStride - 3 * queryStride;
h3_6 = d3_6 < lowest ? h3_6 | (1 - free) : h3_6;
h3_6 = d3_6 > highest ? h3_6 | (1 - free) : h3_6;
}
s3_6 = h3_6 != 0 ? none : s3_6;
int h3_7 = beyond7;
if (masked != 0) {
int d3_7 = distance + 35 * keyStride - 3 * queryStride;
h3_7 = d3_7 < lowest ? h3_7 | (1 - free) : h3_7;
h3_7 = d3_7 > highest ? h3_7 | (1 - free) : h3_7;
}
s3_7 = h3_7 != 0 ? none : s3_7;
}
// NaN scores are no maximum.
float x0 = TornadoMath.max(none, s0_0);
x0 = TornadoMath.max(x0, s0_1);
x0 = TornadoMath.max(x0, s0_2);
x0 = TornadoMath.max(x0, s0_3);
x0 = TornadoMath.max(x0, s0_4);
x0 = TornadoMath.max(x0, s0_5);
x0 = TornadoMath.max(x0, s0_6);
x0 = TornadoMath.max(x0, s0_7);
float x1 = TornadoMath.max(none, s1_0);
x1 = TornadoMath.max(x1, s1_1);
x1 = TornadoMath.max(x1, s1_2);
x1 = TornadoMath.max(x1, s1_3);
x1 = TornadoMath.max(x1, s1_4);
x1 = TornadoMath.max(x1, s1_5);
x1 = TornadoMath.max(x1, s1_6);
x1 = TornadoMath.max(x1, s1_7);
float x2 = TornadoMath.max(none, s2_0);
x2 = TornadoMath.max(x2, s2_1);
x2 = TornadoMath.max(x2, s2_2);
x2 = TornadoMath.max(x2, s2_3);
x2 = TornadoMath.max(x2, s2_4);
x2 = TornadoMath.max(x2, s2_5);
x2 = TornadoMath.max(x2, s2_6);
x2 = TornadoMath.max(x2, s2_7);
float x3 = TornadoMath.max(none, s3_0);
x3 = TornadoMath.max(x3, s3_1);
x3 = TornadoMath.max(x3, s3_2);
x3 = TornadoMath.max(x3, s3_3);
x3 = TornadoMath.max(x3, s3_4);
x3 = TornadoMath.max(x3, s3_5);
x3 = TornadoMath.max(x3, s3_6);
x3 = TornadoMath.max(x3, s3_7);
rs[tx * 72 + ty * 4 + 0] = x0;
rs[tx * 72 + ty * 4 + 1] = x1;
rs[tx * 72 + ty * 4 + 2] = x2;
rs[tx * 72 + ty * 4 + 3] = x3;
c.localBarrier();
float n0 = m0;
float n1 = m1;
float n2 = m2;
float n3 = m3;
float y0_0 = rs[ty * 4 + 0];
float y1_0 = rs[ty * 4 + 1];
float y2_0 = rs[ty * 4 + 2];
float y3_0 = rs[ty * 4 + 3];
n0 = TornadoMath.max(n0, y0_0);
n1 = TornadoMath.max(n1, y1_0);
n2 = TornadoMath.max(n2, y2_0);
n3 = TornadoMath.max(n3, y3_0);
float y0_1 = rs[ty * 4 + 72];
float y1_1 = rs[ty * 4 + 73];
float y2_1 = rs[ty * 4 + 74];
float y3_1 = rs[ty * 4 + 75];
n0 = TornadoMath.max(n0, y0_1);
n1 = TornadoMath.max(n1, y1_1);
n2 = TornadoMath.max(n2, y2_1);
n3 = TornadoMath.max(n3, y3_1);
float y0_2 = rs[ty * 4 + 144];
float y1_2 = rs[ty * 4 + 145];
float y2_2 = rs[ty * 4 + 146];
float y3_2 = rs[ty * 4 + 147];
n0 = TornadoMath.max(n0, y0_2);
n1 = TornadoMath.max(n1, y1_2);
n2 = TornadoMath.max(n2, y2_2);
n3 = TornadoMath.max(n3, y3_2);
float y0_3 = rs[ty * 4 + 216];
float y1_3 = rs[ty * 4 + 217];
float y2_3 = rs[ty * 4 + 218];
float y3_3 = rs[ty * 4 + 219];
n0 = TornadoMath.max(n0, y0_3);
n1 = TornadoMath.max(n1, y1_3);
n2 = TornadoMath.max(n2, y2_3);
n3 = TornadoMath.max(n3, y3_3);
float y0_4 = rs[ty * 4 + 288];
float y1_4 = rs[ty * 4 + 289];
float y2_4 = rs[ty * 4 + 290];
float y3_4 = rs[ty * 4 + 291];
n0 = TornadoMath.max(n0, y0_4);
n1 = TornadoMath.max(n1, y1_4);
n2 = TornadoMath.max(n2, y2_4);
n3 = TornadoMath.max(n3, y3_4);
float y0_5 = rs[ty * 4 + 360];
float y1_5 = rs[ty * 4 + 361];
float y2_5 = rs[ty * 4 + 362];
float y3_5 = rs[ty * 4 + 363];
n0 = TornadoMath.max(n0, y0_5);
n1 = TornadoMath.max(n1, y1_5);
n2 = TornadoMath.max(n2, y2_5);
n3 = TornadoMath.max(n3, y3_5);
float y0_6 = rs[ty * 4 + 432];
float y1_6 = rs[ty * 4 + 433];
float y2_6 = rs[ty * 4 + 434];
float y3_6 = rs[ty * 4 + 435];
n0 = TornadoMath.max(n0, y0_6);
n1 = TornadoMath.max(n1, y1_6);
n2 = TornadoMath.max(n2, y2_6);
n3 = TornadoMath.max(n3, y3_6);
float y0_7 = rs[ty * 4 + 504];
float y1_7 = rs[ty * 4 + 505];
float y2_7 = rs[ty * 4 + 506];
float y3_7 = rs[ty * 4 + 507];
n0 = TornadoMath.max(n0, y0_7);
n1 = TornadoMath.max(n1, y1_7);
n2 = TornadoMath.max(n2, y2_7);
n3 = TornadoMath.max(n3, y3_7);
// A row that has seen no key: any finite reference makes all weights 0.
float r0 = TornadoMath.max(n0, -Float.MAX_VALUE);
float f0 = TornadoMath.exp(m0 - r0);
m0 = n0;
l0 *= f0;
// A row that has seen no key: any finite reference makes all weights 0.
float r1 = TornadoMath.max(n1, -Float.MAX_VALUE);
float f1 = TornadoMath.exp(m1 - r1);
m1 = n1;
l1 *= f1;
// A row that has seen no key: any finite reference makes all weights 0.
float r2 = TornadoMath.max(n2, -Float.MAX_VALUE);
float f2 = TornadoMath.exp(m2 - r2);
m2 = n2;
l2 *= f2;
// A row that has seen no key: any finite reference makes all weights 0.
float r3 = TornadoMath.max(n3, -Float.MAX_VALUE);
float f3 = TornadoMath.exp(m3 - r3);
m3 = n3;
l3 *= f3;
int weightTo = tx * 256 + ((ty ^ ((tx << 1) & 14)) << 2);
s0_0 = TornadoMath.exp(s0_0 - r0);
l0 += s0_0;
s1_0 = TornadoMath.exp(s1_0 - r1);
l1 += s1_0;
s2_0 = TornadoMath.exp(s2_0 - r2);
l2 += s2_0;
s3_0 = TornadoMath.exp(s3_0 - r3);
l3 += s3_0;
ps[weightTo + 0] = s0_0;
ps[weightTo + 1] = s1_0;
ps[weightTo + 2] = s2_0;
ps[weightTo + 3] = s3_0;
s0_1 = TornadoMath.exp(s0_1 - r0);
l0 += s0_1;
s1_1 = TornadoMath.exp(s1_1 - r1);
l1 += s1_1;
s2_1 = TornadoMath.exp(s2_1 - r2);
l2 += s2_1;
s3_1 = TornadoMath.exp(s3_1 - r3);
l3 += s3_1;
ps[weightTo + 64] = s0_1;
ps[weightTo + 65] = s1_1;
ps[weightTo + 66] = s2_1;
ps[weightTo + 67] = s3_1;
s0_2 = TornadoMath.exp(s0_2 - r0);
l0 += s0_2;
s1_2 = TornadoMath.exp(s1_2 - r1);
l1 += s1_2;
s2_2 = TornadoMath.exp(s2_2 - r2);
l2 += s2_2;
s3_2 = TornadoMath.exp(s3_2 - r3);
l3 += s3_2;
ps[weightTo + 128] = s0_2;
ps[weightTo + 129] = s1_2;
ps[weightTo + 130] = s2_2;
ps[weightTo + 131] = s3_2;
s0_3 = TornadoMath.exp(s0_3 - r0);
l0 += s0_3;
s1_3 = TornadoMath.exp(s1_3 - r1);
l1 += s1_3;
s2_3 = TornadoMath.exp(s2_3 - r2);
l2 += s2_3;
s3_3 = TornadoMath.exp(s3_3 - r3);
l3 += s3_3;
ps[weightTo + 192] = s0_3;
ps[weightTo + 193] = s1_3;
ps[weightTo + 194] = s2_3;
ps[weightTo + 195] = s3_3;
s0_4 = TornadoMath.exp(s0_4 - r0);
l0 += s0_4;
s1_4 = TornadoMath.exp(s1_4 - r1);
l1 += s1_4;
s2_4 = TornadoMath.exp(s2_4 - r2);
l2 += s2_4;
s3_4 = TornadoMath.exp(s3_4 - r3);
l3 += s3_4;
ps[weightTo + 2048] = s0_4;
ps[weightTo + 2049] = s1_4;
ps[weightTo + 2050] = s2_4;
ps[weightTo + 2051] = s3_4;
s0_5 = TornadoMath.exp(s0_5 - r0);
l0 += s0_5;
s1_5 = TornadoMath.exp(s1_5 - r1);
l1 += s1_5;
s2_5 = TornadoMath.exp(s2_5 - r2);
l2 += s2_5;
s3_5 = TornadoMath.exp(s3_5 - r3);
l3 += s3_5;
ps[weightTo + 2112] = s0_5;
ps[weightTo + 2113] = s1_5;
ps[weightTo + 2114] = s2_5;
ps[weightTo + 2115] = s3_5;
s0_6 = TornadoMath.exp(s0_6 - r0);
l0 += s0_6;
s1_6 = TornadoMath.exp(s1_6 - r1);
l1 += s1_6;
s2_6 = TornadoMath.exp(s2_6 - r2);
l2 += s2_6;
s3_6 = TornadoMath.exp(s3_6 - r3);
l3 += s3_6;
ps[weightTo + 2176] = s0_6;
ps[weightTo + 2177] = s1_6;
ps[weightTo + 2178] = s2_6;
ps[weightTo + 2179] = s3_6;
s0_7 = TornadoMath.exp(s0_7 - r0);
l0 += s0_7;
s1_7 = TornadoMath.exp(s1_7 - r1);
l1 += s1_7;
s2_7 = TornadoMath.exp(s2_7 - r2);
l2 += s2_7;
s3_7 = TornadoMath.exp(s3_7 - r3);
l3 += s3_7;
ps[weightTo + 2240] = s0_7;
ps[weightTo + 2241] = s1_7;
ps[weightTo + 2242] = s2_7;
ps[weightTo + 2243] = s3_7;
c.localBarrier();
if (dropping != 0) {
float keep = scalars.get(KernelShape.KEEP_SCALE);
int threshold = shape.get(KernelShape.DROP_THRESHOLD);
for (int n = lid; n < 4096; n += 128) {
int j = n >> 6;
int r = ((((n >> 2) & 15) ^ ((j >> 1) & 14)) << 2) | (n & 3);
int queryId = (query + r * queryStride) | (queryJoint << 31);
int keyId = (key + j * keyStride) | (keyJoint << 31);
int random = KernelMath.philox(
keyId, queryId, head, shape.get(KernelShape.SEED_LOW), shape.get(KernelShape.SEED_HIGH), dropping);
float kept = ps[n] * keep;
// Not a product with 0: a dropped NaN is gone, too.
ps[n] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;
}
c.localBarrier();
}
for (int at = 0; at < headDim; at += 32) {
int part = at / 32;
int from = (part & 1) * 2048;
float o0_0 = acc.get((row + oy * 4 + 0) * headDim + at + ox * 4 + 0) * f0;
float o0_1 = acc.get((row + oy * 4 + 0) * headDim + at + ox * 4 + 1) * f0;
float o0_2 = acc.get((row + oy * 4 + 0) * headDim + at + ox * 4 + 2) * f0;
float o0_3 = acc.get((row + oy * 4 + 0) * headDim + at + ox * 4 + 3) * f0;
float o1_0 = acc.get((row + oy * 4 + 1) * headDim + at + ox * 4 + 0) * f1;
float o1_1 = acc.get((row + oy * 4 + 1) * headDim + at + ox * 4 + 1) * f1;
float o1_2 = acc.get((row + oy * 4 + 1) * headDim + at + ox * 4 + 2) * f1;
float o1_3 = acc.get((row + oy * 4 + 1) * headDim + at + ox * 4 + 3) * f1;
float o2_0 = acc.get((row + oy * 4 + 2) * headDim + at + ox * 4 + 0) * f2;
float o2_1 = acc.get((row + oy * 4 + 2) * headDim + at + ox * 4 + 1) * f2;
float o2_2 = acc.get((row + oy * 4 + 2) * headDim + at + ox * 4 + 2) * f2;
float o2_3 = acc.get((row + oy * 4 + 2) * headDim + at + ox * 4 + 3) * f2;
float o3_0 = acc.get((row + oy * 4 + 3) * headDim + at + ox * 4 + 0) * f3;
float o3_1 = acc.get((row + oy * 4 + 3) * headDim + at + ox * 4 + 1) * f3;
float o3_2 = acc.get((row + oy * 4 + 3) * headDim + at + ox * 4 + 2) * f3;
float o3_3 = acc.get((row + oy * 4 + 3) * headDim + at + ox * 4 + 3) * f3;
int more = part + 1 < headDim / 32 ? part + 1 : part;
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int valueChunk = valueFrom + (more) * 32;
a0 = v.get(valueChunk + 0 * headDim);
a1 = v.get(valueChunk + 4 * headDim);
a2 = v.get(valueChunk + 8 * headDim);
a3 = v.get(valueChunk + 12 * headDim);
a4 = v.get(valueChunk + 16 * headDim);
a5 = v.get(valueChunk + 20 * headDim);
a6 = v.get(valueChunk + 24 * headDim);
a7 = v.get(valueChunk + 28 * headDim);
a8 = v.get(valueChunk + 32 * headDim);
a9 = v.get(valueChunk + 36 * headDim);
a10 = v.get(valueChunk + 40 * headDim);
a11 = v.get(valueChunk + 44 * headDim);
a12 = v.get(valueChunk + 48 * headDim);
a13 = v.get(valueChunk + 52 * headDim);
a14 = v.get(valueChunk + 56 * headDim);
a15 = v.get(valueChunk + 60 * headDim);
int vb = from + ox * 4;
for (int g = 0; g < 0 + 16; g += 1) {
int swap0 = oy ^ (((g + 0) << 1) & 14);
int pb0 = (g + 0) * 256 + (swap0 << 2);
float p0_0_0 = ps[pb0 + 0];
float p0_0_1 = ps[pb0 + 1];
float p0_0_2 = ps[pb0 + 2];
float p0_0_3 = ps[pb0 + 3];
float v0_0_0 = stage[vb + 0];
float v0_0_1 = stage[vb + 1];
float v0_0_2 = stage[vb + 2];
float v0_0_3 = stage[vb + 3];
o0_0 += p0_0_0 * v0_0_0;
o0_1 += p0_0_0 * v0_0_1;
o0_2 += p0_0_0 * v0_0_2;
o0_3 += p0_0_0 * v0_0_3;
o1_0 += p0_0_1 * v0_0_0;
o1_1 += p0_0_1 * v0_0_1;
o1_2 += p0_0_1 * v0_0_2;
o1_3 += p0_0_1 * v0_0_3;
o2_0 += p0_0_2 * v0_0_0;
o2_1 += p0_0_2 * v0_0_1;
o2_2 += p0_0_2 * v0_0_2;
o2_3 += p0_0_2 * v0_0_3;
o3_0 += p0_0_3 * v0_0_0;
o3_1 += p0_0_3 * v0_0_1;
o3_2 += p0_0_3 * v0_0_2;
o3_3 += p0_0_3 * v0_0_3;
float p0_1_0 = ps[pb0 + 64];
float p0_1_1 = ps[pb0 + 65];
float p0_1_2 = ps[pb0 + 66];
float p0_1_3 = ps[pb0 + 67];
float v0_1_0 = stage[vb + 32];
float v0_1_1 = stage[vb + 33];
float v0_1_2 = stage[vb + 34];
float v0_1_3 = stage[vb + 35];
o0_0 += p0_1_0 * v0_1_0;
o0_1 += p0_1_0 * v0_1_1;
o0_2 += p0_1_0 * v0_1_2;
o0_3 += p0_1_0 * v0_1_3;
o1_0 += p0_1_1 * v0_1_0;
o1_1 += p0_1_1 * v0_1_1;
o1_2 += p0_1_1 * v0_1_2;
o1_3 += p0_1_1 * v0_1_3;
o2_0 += p0_1_2 * v0_1_0;
o2_1 += p0_1_2 * v0_1_1;
o2_2 += p0_1_2 * v0_1_2;
o2_3 += p0_1_2 * v0_1_3;
o3_0 += p0_1_3 * v0_1_0;
o3_1 += p0_1_3 * v0_1_1;
o3_2 += p0_1_3 * v0_1_2;
o3_3 += p0_1_3 * v0_1_3;
float p0_2_0 = ps[pb0 + 128];
float p0_2_1 = ps[pb0 + 129];
float p0_2_2 = ps[pb0 + 130];
float p0_2_3 = ps[pb0 + 131];
float v0_2_0 = stage[vb + 64];
float v0_2_1 = stage[vb + 65];
float v0_2_2 = stage[vb + 66];
float v0_2_3 = stage[vb + 67];
o0_0 += p0_2_0 * v0_2_0;
o0_1 += p0_2_0 * v0_2_1;
o0_2 += p0_2_0 * v0_2_2;
o0_3 += p0_2_0 * v0_2_3;
o1_0 += p0_2_1 * v0_2_0;
o1_1 += p0_2_1 * v0_2_1;
o1_2 += p0_2_1 * v0_2_2;
o1_3 += p0_2_1 * v0_2_3;
o2_0 += p0_2_2 * v0_2_0;
o2_1 += p0_2_2 * v0_2_1;
o2_2 += p0_2_2 * v0_2_2;
o2_3 += p0_2_2 * v0_2_3;
o3_0 += p0_2_3 * v0_2_0;
o3_1 += p0_2_3 * v0_2_1;
o3_2 += p0_2_3 * v0_2_2;
o3_3 += p0_2_3 * v0_2_3;
float p0_3_0 = ps[pb0 + 192];
float p0_3_1 = ps[pb0 + 193];
float p0_3_2 = ps[pb0 + 194];
float p0_3_3 = ps[pb0 + 195];
float v0_3_0 = stage[vb + 96];
float v0_3_1 = stage[vb + 97];
float v0_3_2 = stage[vb + 98];
float v0_3_3 = stage[vb + 99];
o0_0 += p0_3_0 * v0_3_0;
o0_1 += p0_3_0 * v0_3_1;
o0_2 += p0_3_0 * v0_3_2;
o0_3 += p0_3_0 * v0_3_3;
o1_0 += p0_3_1 * v0_3_0;
o1_1 += p0_3_1 * v0_3_1;
o1_2 += p0_3_1 * v0_3_2;
o1_3 += p0_3_1 * v0_3_3;
o2_0 += p0_3_2 * v0_3_0;
o2_1 += p0_3_2 * v0_3_1;
o2_2 += p0_3_2 * v0_3_2;
o2_3 += p0_3_2 * v0_3_3;
o3_0 += p0_3_3 * v0_3_0;
o3_1 += p0_3_3 * v0_3_1;
o3_2 += p0_3_3 * v0_3_2;
o3_3 += p0_3_3 * v0_3_3;
vb += 128;
}
int to = 2048 - from;
stage[to + lid + 0] = a0;
stage[to + lid + 128] = a1;
stage[to + lid + 256] = a2;
stage[to + lid + 384] = a3;
stage[to + lid + 512] = a4;
stage[to + lid + 640] = a5;
stage[to + lid + 768] = a6;
stage[to + lid + 896] = a7;
stage[to + lid + 1024] = a8;
stage[to + lid + 1152] = a9;
stage[to + lid + 1280] = a10;
stage[to + lid + 1408] = a11;
stage[to + lid + 1536] = a12;
stage[to + lid + 1664] = a13;
stage[to + lid + 1792] = a14;
stage[to + lid + 1920] = a15;
if (careful != 0) {
for (int i = lid; i < 2048; i += 128) {
float value = stage[to + i];
stage[to + i] = KernelMath.finite(value) != 0 ? value : 0f;
}
}
if (careful != 0) {
for (int n = 0; n < 64; n++) {
int fromV = ((kvHead * tiles + t) * 64 + n) * headDim + at + ox * 4;
int away = key + n * keyStride - position - oy * 4 * queryStride;
float w0 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 0];
int hide0 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away0 = away - 0 * queryStride;
hide0 = away0 < lowest ? hide0 | (1 - free) : hide0;
hide0 = away0 > highest ? hide0 | (1 - free) : hide0;
}
if (dropping != 0) {
hide0 = hide0 | (1 - KernelMath.positive(w0));
}
float w1 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 1];
int hide1 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away1 = away - 1 * queryStride;
hide1 = away1 < lowest ? hide1 | (1 - free) : hide1;
hide1 = away1 > highest ? hide1 | (1 - free) : hide1;
}
if (dropping != 0) {
hide1 = hide1 | (1 - KernelMath.positive(w1));
}
float w2 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 2];
int hide2 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away2 = away - 2 * queryStride;
hide2 = away2 < lowest ? hide2 | (1 - free) : hide2;
hide2 = away2 > highest ? hide2 | (1 - free) : hide2;
}
if (dropping != 0) {
hide2 = hide2 | (1 - KernelMath.positive(w2));
}
float w3 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 3];
int hide3 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away3 = away - 3 * queryStride;
hide3 = away3 < lowest ? hide3 | (1 - free) : hide3;
hide3 = away3 > highest ? hide3 | (1 - free) : hide3;
}
if (dropping != 0) {
hide3 = hide3 | (1 - KernelMath.positive(w3));
}
float z0 = v.get(fromV + 0);
z0 = KernelMath.beyondFinite(z0);
o0_0 = hide0 != 0 ? o0_0 : o0_0 + w0 * z0;
o1_0 = hide1 != 0 ? o1_0 : o1_0 + w1 * z0;
o2_0 = hide2 != 0 ? o2_0 : o2_0 + w2 * z0;
o3_0 = hide3 != 0 ? o3_0 : o3_0 + w3 * z0;
float z1 = v.get(fromV + 1);
z1 = KernelMath.beyondFinite(z1);
o0_1 = hide0 != 0 ? o0_1 : o0_1 + w0 * z1;
o1_1 = hide1 != 0 ? o1_1 : o1_1 + w1 * z1;
o2_1 = hide2 != 0 ? o2_1 : o2_1 + w2 * z1;
o3_1 = hide3 != 0 ? o3_1 : o3_1 + w3 * z1;
float z2 = v.get(fromV + 2);
z2 = KernelMath.beyondFinite(z2);
o0_2 = hide0 != 0 ? o0_2 : o0_2 + w0 * z2;
o1_2 = hide1 != 0 ? o1_2 : o1_2 + w1 * z2;
o2_2 = hide2 != 0 ? o2_2 : o2_2 + w2 * z2;
o3_2 = hide3 != 0 ? o3_2 : o3_2 + w3 * z2;
float z3 = v.get(fromV + 3);
z3 = KernelMath.beyondFinite(z3);
o0_3 = hide0 != 0 ? o0_3 : o0_3 + w0 * z3;
o1_3 = hide1 != 0 ? o1_3 : o1_3 + w1 * z3;
o2_3 = hide2 != 0 ? o2_3 : o2_3 + w2 * z3;
o3_3 = hide3 != 0 ? o3_3 : o3_3 + w3 * z3;
}
}
acc.set((row + oy * 4 + 0) * headDim + at + ox * 4 + 0, o0_0);
acc.set((row + oy * 4 + 0) * headDim + at + ox * 4 + 1, o0_1);
acc.set((row + oy * 4 + 0) * headDim + at + ox * 4 + 2, o0_2);
acc.set((row + oy * 4 + 0) * headDim + at + ox * 4 + 3, o0_3);
acc.set((row + oy * 4 + 1) * headDim + at + ox * 4 + 0, o1_0);
acc.set((row + oy * 4 + 1) * headDim + at + ox * 4 + 1, o1_1);
acc.set((row + oy * 4 + 1) * headDim + at + ox * 4 + 2, o1_2);
acc.set((row + oy * 4 + 1) * headDim + at + ox * 4 + 3, o1_3);
acc.set((row + oy * 4 + 2) * headDim + at + ox * 4 + 0, o2_0);
acc.set((row + oy * 4 + 2) * headDim + at + ox * 4 + 1, o2_1);
acc.set((row + oy * 4 + 2) * headDim + at + ox * 4 + 2, o2_2);
acc.set((row + oy * 4 + 2) * headDim + at + ox * 4 + 3, o2_3);
acc.set((row + oy * 4 + 3) * headDim + at + ox * 4 + 0, o3_0);
acc.set((row + oy * 4 + 3) * headDim + at + ox * 4 + 1, o3_1);
acc.set((row + oy * 4 + 3) * headDim + at + ox * 4 + 2, o3_2);
acc.set((row + oy * 4 + 3) * headDim + at + ox * 4 + 3, o3_3);
c.localBarrier();
}
staged = -1;
}
}
c.localBarrier();
rs[tx * 72 + ty * 4 + 0] = l0;
if (tx == 0) {
ps[ty * 4 + 0] = m0;
}
rs[tx * 72 + ty * 4 + 1] = l1;
if (tx == 0) {
ps[ty * 4 + 1] = m1;
}
rs[tx * 72 + ty * 4 + 2] = l2;
if (tx == 0) {
ps[ty * 4 + 2] = m2;
}
rs[tx * 72 + ty * 4 + 3] = l3;
if (tx == 0) {
ps[ty * 4 + 3] = m3;
}
c.localBarrier();
if (lid < 64) {
float sum = 0f;
sum += rs[lid + 0];
sum += rs[lid + 72];
sum += rs[lid + 144];
sum += rs[lid + 216];
sum += rs[lid + 288];
sum += rs[lid + 360];
sum += rs[lid + 432];
sum += rs[lid + 504];
maxima.set(row + lid, ps[lid]);
sums.set(row + lid, sum);
}
}

/** Head dimensions up to 64, padded to 64. */
public static void fold64(
KernelContext c,
FloatArray q,
FloatArray k,
FloatArray v,
FloatArray acc,
FloatArray maxima,
FloatArray sums,
IntArray shape,
FloatArray scalars,
IntArray queryTiles,
IntArray keyTiles,
IntArray nonFinite,
int masked,
int capped,
int biased,
int dropping
) {
int lid = c.localIdx;
// Pairs of threads share an address, of keys or of rows: a 128-bit load takes half the time.
int tx = (lid & 1) | ((lid >> 1) & 6);
int ty = ((lid >> 1) & 1) | ((lid >> 4) << 1);
int ox = tx;
int oy = ty;
int rowHeads = shape.get(KernelShape.ROW_HEADS);
int rowTiles = queryTiles.get(TileTable.TILES);
int order = KernelMath.quotient(c.groupIdx, rowHeads);
int head = c.groupIdx - order * rowHeads;
// The last rows of a causal slice see most keys: begin with them, end with small work.
int rowTile = rowTiles - 1 - order;
int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));
int lowest = shape.get(KernelShape.LOWEST_OFFSET);
int highest = shape.get(KernelShape.HIGHEST_OFFSET);
int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;
int query = queryTiles.get(rowAt + TileTable.START);
int queryCount = queryTiles.get(rowAt + TileTable.COUNT);
int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);
int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);
int position = query + shape.get(KernelShape.QUERY_OFFSET);
int lastPosition = position + (queryCount - 1) * queryStride;
int row = (head * rowTiles + rowTile) * 64;
float none = scalars.get(KernelShape.NONE);
float slope = 0f;
if (biased != 0) {
slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);
}
int tiles = keyTiles.get(TileTable.TILES);
int queryFrom = row * 64;
float[] ps = c.allocateFloatLocalArray(4096);
float[] rs = c.allocateFloatLocalArray(4096);
float[] qs = c.allocateFloatLocalArray(4096);
float m0 = maxima.get(row + ty * 4 + 0);
float l0 = tx == 0 ? sums.get(row + ty * 4 + 0) : 0f;
float m1 = maxima.get(row + ty * 4 + 1);
float l1 = tx == 0 ? sums.get(row + ty * 4 + 1) : 0f;
float m2 = maxima.get(row + ty * 4 + 2);
float l2 = tx == 0 ? sums.get(row + ty * 4 + 2) : 0f;
float m3 = maxima.get(row + ty * 4 + 3);
float l3 = tx == 0 ? sums.get(row + ty * 4 + 3) : 0f;
for (int i = lid; i < 4096; i += 128) {
ps[i] = acc.get(queryFrom + i);
}
c.localBarrier();
float o0_0 = ps[(oy * 4 + 0) * 64 + ox * 4 + 0];
float o0_1 = ps[(oy * 4 + 0) * 64 + ox * 4 + 1];
float o0_2 = ps[(oy * 4 + 0) * 64 + ox * 4 + 2];
float o0_3 = ps[(oy * 4 + 0) * 64 + ox * 4 + 3];
float o0_4 = ps[(oy * 4 + 0) * 64 + ox * 4 + 32];
float o0_5 = ps[(oy * 4 + 0) * 64 + ox * 4 + 33];
float o0_6 = ps[(oy * 4 + 0) * 64 + ox * 4 + 34];
float o0_7 = ps[(oy * 4 + 0) * 64 + ox * 4 + 35];
float o1_0 = ps[(oy * 4 + 1) * 64 + ox * 4 + 0];
float o1_1 = ps[(oy * 4 + 1) * 64 + ox * 4 + 1];
float o1_2 = ps[(oy * 4 + 1) * 64 + ox * 4 + 2];
float o1_3 = ps[(oy * 4 + 1) * 64 + ox * 4 + 3];
float o1_4 = ps[(oy * 4 + 1) * 64 + ox * 4 + 32];
float o1_5 = ps[(oy * 4 + 1) * 64 + ox * 4 + 33];
float o1_6 = ps[(oy * 4 + 1) * 64 + ox * 4 + 34];
float o1_7 = ps[(oy * 4 + 1) * 64 + ox * 4 + 35];
float o2_0 = ps[(oy * 4 + 2) * 64 + ox * 4 + 0];
float o2_1 = ps[(oy * 4 + 2) * 64 + ox * 4 + 1];
float o2_2 = ps[(oy * 4 + 2) * 64 + ox * 4 + 2];
float o2_3 = ps[(oy * 4 + 2) * 64 + ox * 4 + 3];
float o2_4 = ps[(oy * 4 + 2) * 64 + ox * 4 + 32];
float o2_5 = ps[(oy * 4 + 2) * 64 + ox * 4 + 33];
float o2_6 = ps[(oy * 4 + 2) * 64 + ox * 4 + 34];
float o2_7 = ps[(oy * 4 + 2) * 64 + ox * 4 + 35];
float o3_0 = ps[(oy * 4 + 3) * 64 + ox * 4 + 0];
float o3_1 = ps[(oy * 4 + 3) * 64 + ox * 4 + 1];
float o3_2 = ps[(oy * 4 + 3) * 64 + ox * 4 + 2];
float o3_3 = ps[(oy * 4 + 3) * 64 + ox * 4 + 3];
float o3_4 = ps[(oy * 4 + 3) * 64 + ox * 4 + 32];
float o3_5 = ps[(oy * 4 + 3) * 64 + ox * 4 + 33];
float o3_6 = ps[(oy * 4 + 3) * 64 + ox * 4 + 34];
float o3_7 = ps[(oy * 4 + 3) * 64 + ox * 4 + 35];
c.localBarrier();
for (int i = lid; i < 4096; i += 128) {
qs[i] = q.get(queryFrom + i);
}
int first = 0;
int last = tiles - 1;
if (masked != 0) {
first = tiles;
last = -1;
for (int t = lid; t < tiles; t += 128) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
int seen = visible != 0 ? t : first;
first = TornadoMath.min(first, seen);
last = visible != 0 ? t : last;
}
rs[lid] = first;
rs[128 + lid] = last;
c.localBarrier();
for (int step = 64; step > 0; step >>= 1) {
if (lid < step) {
rs[lid] = TornadoMath.min(rs[lid], rs[lid + step]);
int high = 128 + lid;
rs[high] = TornadoMath.max(rs[high], rs[high + step]);
}
c.localBarrier();
}
first = (int) rs[0];
last = (int) rs[128];
c.localBarrier();
}
int staged = -1;
for (int t = first; t <= last; t++) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
if (visible != 0) {
int keyFrom = (kvHead * tiles + t) * 64 * 64 + lid;
int nextFrom = t < last ? keyFrom + 4096 : keyFrom;
int careful = partial;
if (dropping != 0) {
careful = 1;
}
int stamp = nonFinite.get(kvHead * tiles + t);
careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);
if (staged != t) {
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
float a16;
float a17;
float a18;
float a19;
float a20;
float a21;
float a22;
float a23;
float a24;
float a25;
float a26;
float a27;
float a28;
float a29;
float a30;
float a31;
int keyChunk = keyFrom + (0) * 4096;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
a8 = k.get(keyChunk + 1024);
a9 = k.get(keyChunk + 1152);
a10 = k.get(keyChunk + 1280);
a11 = k.get(keyChunk + 1408);
a12 = k.get(keyChunk + 1536);
a13 = k.get(keyChunk + 1664);
a14 = k.get(keyChunk + 1792);
a15 = k.get(keyChunk + 1920);
a16 = k.get(keyChunk + 2048);
a17 = k.get(keyChunk + 2176);
a18 = k.get(keyChunk + 2304);
a19 = k.get(keyChunk + 2432);
a20 = k.get(keyChunk + 2560);
a21 = k.get(keyChunk + 2688);
a22 = k.get(keyChunk + 2816);
a23 = k.get(keyChunk + 2944);
a24 = k.get(keyChunk + 3072);
a25 = k.get(keyChunk + 3200);
a26 = k.get(keyChunk + 3328);
a27 = k.get(keyChunk + 3456);
a28 = k.get(keyChunk + 3584);
a29 = k.get(keyChunk + 3712);
a30 = k.get(keyChunk + 3840);
a31 = k.get(keyChunk + 3968);
ps[0 + lid + 0] = a0;
ps[0 + lid + 128] = a1;
ps[0 + lid + 256] = a2;
ps[0 + lid + 384] = a3;
ps[0 + lid + 512] = a4;
ps[0 + lid + 640] = a5;
ps[0 + lid + 768] = a6;
ps[0 + lid + 896] = a7;
ps[0 + lid + 1024] = a8;
ps[0 + lid + 1152] = a9;
ps[0 + lid + 1280] = a10;
ps[0 + lid + 1408] = a11;
ps[0 + lid + 1536] = a12;
ps[0 + lid + 1664] = a13;
ps[0 + lid + 1792] = a14;
ps[0 + lid + 1920] = a15;
ps[0 + lid + 2048] = a16;
ps[0 + lid + 2176] = a17;
ps[0 + lid + 2304] = a18;
ps[0 + lid + 2432] = a19;
ps[0 + lid + 2560] = a20;
ps[0 + lid + 2688] = a21;
ps[0 + lid + 2816] = a22;
ps[0 + lid + 2944] = a23;
ps[0 + lid + 3072] = a24;
ps[0 + lid + 3200] = a25;
ps[0 + lid + 3328] = a26;
ps[0 + lid + 3456] = a27;
ps[0 + lid + 3584] = a28;
ps[0 + lid + 3712] = a29;
ps[0 + lid + 3840] = a30;
ps[0 + lid + 3968] = a31;
c.localBarrier();
}
staged = t + 1;
float s0_0 = 0f;
float s0_1 = 0f;
float s0_2 = 0f;
float s0_3 = 0f;
float s0_4 = 0f;
float s0_5 = 0f;
float s0_6 = 0f;
float s0_7 = 0f;
float s1_0 = 0f;
float s1_1 = 0f;
float s1_2 = 0f;
float s1_3 = 0f;
float s1_4 = 0f;
float s1_5 = 0f;
float s1_6 = 0f;
float s1_7 = 0f;
float s2_0 = 0f;
float s2_1 = 0f;
float s2_2 = 0f;
float s2_3 = 0f;
float s2_4 = 0f;
float s2_5 = 0f;
float s2_6 = 0f;
float s2_7 = 0f;
float s3_0 = 0f;
float s3_1 = 0f;
float s3_2 = 0f;
float s3_3 = 0f;
float s3_4 = 0f;
float s3_5 = 0f;
float s3_6 = 0f;
float s3_7 = 0f;
{
int kb = 0 + tx * 4;
int qb = 0 * 4096 + ty * 4;
for (int d = 0; d < 64; d += 4) {
float k0_0 = ps[kb + 0];
float k0_1 = ps[kb + 1];
float k0_2 = ps[kb + 2];
float k0_3 = ps[kb + 3];
float k0_4 = ps[kb + 32];
float k0_5 = ps[kb + 33];
float k0_6 = ps[kb + 34];
float k0_7 = ps[kb + 35];
float q0_0 = qs[qb + 0];
float q0_1 = qs[qb + 1];
float q0_2 = qs[qb + 2];
float q0_3 = qs[qb + 3];
s0_0 += q0_0 * k0_0;
s0_1 += q0_0 * k0_1;
s0_2 += q0_0 * k0_2;
s0_3 += q0_0 * k0_3;
s0_4 += q0_0 * k0_4;
s0_5 += q0_0 * k0_5;
s0_6 += q0_0 * k0_6;
s0_7 += q0_0 * k0_7;
s1_0 += q0_1 * k0_0;
s1_1 += q0_1 * k0_1;
s1_2 += q0_1 * k0_2;
s1_3 += q0_1 * k0_3;
s1_4 += q0_1 * k0_4;
s1_5 += q0_1 * k0_5;
s1_6 += q0_1 * k0_6;
s1_7 += q0_1 * k0_7;
s2_0 += q0_2 * k0_0;
s2_1 += q0_2 * k0_1;
s2_2 += q0_2 * k0_2;
s2_3 += q0_2 * k0_3;
s2_4 += q0_2 * k0_4;
s2_5 += q0_2 * k0_5;
s2_6 += q0_2 * k0_6;
s2_7 += q0_2 * k0_7;
s3_0 += q0_3 * k0_0;
s3_1 += q0_3 * k0_1;
s3_2 += q0_3 * k0_2;
s3_3 += q0_3 * k0_3;
s3_4 += q0_3 * k0_4;
s3_5 += q0_3 * k0_5;
s3_6 += q0_3 * k0_6;
s3_7 += q0_3 * k0_7;
float k1_0 = ps[kb + 64];
float k1_1 = ps[kb + 65];
float k1_2 = ps[kb + 66];
float k1_3 = ps[kb + 67];
float k1_4 = ps[kb + 96];
float k1_5 = ps[kb + 97];
float k1_6 = ps[kb + 98];
float k1_7 = ps[kb + 99];
float q1_0 = qs[qb + 64];
float q1_1 = qs[qb + 65];
float q1_2 = qs[qb + 66];
float q1_3 = qs[qb + 67];
s0_0 += q1_0 * k1_0;
s0_1 += q1_0 * k1_1;
s0_2 += q1_0 * k1_2;
s0_3 += q1_0 * k1_3;
s0_4 += q1_0 * k1_4;
s0_5 += q1_0 * k1_5;
s0_6 += q1_0 * k1_6;
s0_7 += q1_0 * k1_7;
s1_0 += q1_1 * k1_0;
s1_1 += q1_1 * k1_1;
s1_2 += q1_1 * k1_2;
s1_3 += q1_1 * k1_3;
s1_4 += q1_1 * k1_4;
s1_5 += q1_1 * k1_5;
s1_6 += q1_1 * k1_6;
s1_7 += q1_1 * k1_7;
s2_0 += q1_2 * k1_0;
s2_1 += q1_2 * k1_1;
s2_2 += q1_2 * k1_2;
s2_3 += q1_2 * k1_3;
s2_4 += q1_2 * k1_4;
s2_5 += q1_2 * k1_5;
s2_6 += q1_2 * k1_6;
s2_7 += q1_2 * k1_7;
s3_0 += q1_3 * k1_0;
s3_1 += q1_3 * k1_1;
s3_2 += q1_3 * k1_2;
s3_3 += q1_3 * k1_3;
s3_4 += q1_3 * k1_4;
s3_5 += q1_3 * k1_5;
s3_6 += q1_3 * k1_6;
s3_7 += q1_3 * k1_7;
float k2_0 = ps[kb + 128];
float k2_1 = ps[kb + 129];
float k2_2 = ps[kb + 130];
float k2_3 = ps[kb + 131];
float k2_4 = ps[kb + 160];
float k2_5 = ps[kb + 161];
float k2_6 = ps[kb + 162];
float k2_7 = ps[kb + 163];
float q2_0 = qs[qb + 128];
float q2_1 = qs[qb + 129];
float q2_2 = qs[qb + 130];
float q2_3 = qs[qb + 131];
s0_0 += q2_0 * k2_0;
s0_1 += q2_0 * k2_1;
s0_2 += q2_0 * k2_2;
s0_3 += q2_0 * k2_3;
s0_4 += q2_0 * k2_4;
s0_5 += q2_0 * k2_5;
s0_6 += q2_0 * k2_6;
s0_7 += q2_0 * k2_7;
s1_0 += q2_1 * k2_0;
s1_1 += q2_1 * k2_1;
s1_2 += q2_1 * k2_2;
s1_3 += q2_1 * k2_3;
s1_4 += q2_1 * k2_4;
s1_5 += q2_1 * k2_5;
s1_6 += q2_1 * k2_6;
s1_7 += q2_1 * k2_7;
s2_0 += q2_2 * k2_0;
s2_1 += q2_2 * k2_1;
s2_2 += q2_2 * k2_2;
s2_3 += q2_2 * k2_3;
s2_4 += q2_2 * k2_4;
s2_5 += q2_2 * k2_5;
s2_6 += q2_2 * k2_6;
s2_7 += q2_2 * k2_7;
s3_0 += q2_3 * k2_0;
s3_1 += q2_3 * k2_1;
s3_2 += q2_3 * k2_2;
s3_3 += q2_3 * k2_3;
s3_4 += q2_3 * k2_4;
s3_5 += q2_3 * k2_5;
s3_6 += q2_3 * k2_6;
s3_7 += q2_3 * k2_7;
float k3_0 = ps[kb + 192];
float k3_1 = ps[kb + 193];
float k3_2 = ps[kb + 194];
float k3_3 = ps[kb + 195];
float k3_4 = ps[kb + 224];
float k3_5 = ps[kb + 225];
float k3_6 = ps[kb + 226];
float k3_7 = ps[kb + 227];
float q3_0 = qs[qb + 192];
float q3_1 = qs[qb + 193];
float q3_2 = qs[qb + 194];
float q3_3 = qs[qb + 195];
s0_0 += q3_0 * k3_0;
s0_1 += q3_0 * k3_1;
s0_2 += q3_0 * k3_2;
s0_3 += q3_0 * k3_3;
s0_4 += q3_0 * k3_4;
s0_5 += q3_0 * k3_5;
s0_6 += q3_0 * k3_6;
s0_7 += q3_0 * k3_7;
s1_0 += q3_1 * k3_0;
s1_1 += q3_1 * k3_1;
s1_2 += q3_1 * k3_2;
s1_3 += q3_1 * k3_3;
s1_4 += q3_1 * k3_4;
s1_5 += q3_1 * k3_5;
s1_6 += q3_1 * k3_6;
s1_7 += q3_1 * k3_7;
s2_0 += q3_2 * k3_0;
s2_1 += q3_2 * k3_1;
s2_2 += q3_2 * k3_2;
s2_3 += q3_2 * k3_3;
s2_4 += q3_2 * k3_4;
s2_5 += q3_2 * k3_5;
s2_6 += q3_2 * k3_6;
s2_7 += q3_2 * k3_7;
s3_0 += q3_3 * k3_0;
s3_1 += q3_3 * k3_1;
s3_2 += q3_3 * k3_2;
s3_3 += q3_3 * k3_3;
s3_4 += q3_3 * k3_4;
s3_5 += q3_3 * k3_5;
s3_6 += q3_3 * k3_6;
s3_7 += q3_3 * k3_7;
kb += 256;
qb += 256;
}
}
float b0 = v.get(keyFrom + 0);
float b1 = v.get(keyFrom + 128);
float b2 = v.get(keyFrom + 256);
float b3 = v.get(keyFrom + 384);
float b4 = v.get(keyFrom + 512);
float b5 = v.get(keyFrom + 640);
float b6 = v.get(keyFrom + 768);
float b7 = v.get(keyFrom + 896);
float b8 = v.get(keyFrom + 1024);
float b9 = v.get(keyFrom + 1152);
float b10 = v.get(keyFrom + 1280);
float b11 = v.get(keyFrom + 1408);
float b12 = v.get(keyFrom + 1536);
float b13 = v.get(keyFrom + 1664);
float b14 = v.get(keyFrom + 1792);
float b15 = v.get(keyFrom + 1920);
float b16 = v.get(keyFrom + 2048);
float b17 = v.get(keyFrom + 2176);
float b18 = v.get(keyFrom + 2304);
float b19 = v.get(keyFrom + 2432);
float b20 = v.get(keyFrom + 2560);
float b21 = v.get(keyFrom + 2688);
float b22 = v.get(keyFrom + 2816);
float b23 = v.get(keyFrom + 2944);
float b24 = v.get(keyFrom + 3072);
float b25 = v.get(keyFrom + 3200);
float b26 = v.get(keyFrom + 3328);
float b27 = v.get(keyFrom + 3456);
float b28 = v.get(keyFrom + 3584);
float b29 = v.get(keyFrom + 3712);
float b30 = v.get(keyFrom + 3840);
float b31 = v.get(keyFrom + 3968);
if (capped != 0) {
float cap = scalars.get(KernelShape.SOFTCAP);
s0_0 = KernelMath.capped(s0_0, cap);
s0_1 = KernelMath.capped(s0_1, cap);
s0_2 = KernelMath.capped(s0_2, cap);
s0_3 = KernelMath.capped(s0_3, cap);
s0_4 = KernelMath.capped(s0_4, cap);
s0_5 = KernelMath.capped(s0_5, cap);
s0_6 = KernelMath.capped(s0_6, cap);
s0_7 = KernelMath.capped(s0_7, cap);
s1_0 = KernelMath.capped(s1_0, cap);
s1_1 = KernelMath.capped(s1_1, cap);
s1_2 = KernelMath.capped(s1_2, cap);
s1_3 = KernelMath.capped(s1_3, cap);
s1_4 = KernelMath.capped(s1_4, cap);
s1_5 = KernelMath.capped(s1_5, cap);
s1_6 = KernelMath.capped(s1_6, cap);
s1_7 = KernelMath.capped(s1_7, cap);
s2_0 = KernelMath.capped(s2_0, cap);
s2_1 = KernelMath.capped(s2_1, cap);
s2_2 = KernelMath.capped(s2_2, cap);
s2_3 = KernelMath.capped(s2_3, cap);
s2_4 = KernelMath.capped(s2_4, cap);
s2_5 = KernelMath.capped(s2_5, cap);
s2_6 = KernelMath.capped(s2_6, cap);
s2_7 = KernelMath.capped(s2_7, cap);
s3_0 = KernelMath.capped(s3_0, cap);
s3_1 = KernelMath.capped(s3_1, cap);
s3_2 = KernelMath.capped(s3_2, cap);
s3_3 = KernelMath.capped(s3_3, cap);
s3_4 = KernelMath.capped(s3_4, cap);
s3_5 = KernelMath.capped(s3_5, cap);
s3_6 = KernelMath.capped(s3_6, cap);
s3_7 = KernelMath.capped(s3_7, cap);
}
// Distance of the thread's first key from its first row.
int distance = key + tx * 4 * keyStride - position - ty * 4 * queryStride;
if (biased != 0) {
float tileSlope = keyJoint != 0 ? 0f : slope;
s0_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 0 * queryStride);
s0_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 0 * queryStride);
s0_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 0 * queryStride);
s0_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 0 * queryStride);
s0_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 0 * queryStride);
s0_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 0 * queryStride);
s0_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 0 * queryStride);
s0_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 0 * queryStride);
s1_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 1 * queryStride);
s1_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 1 * queryStride);
s1_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 1 * queryStride);
s1_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 1 * queryStride);
s1_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 1 * queryStride);
s1_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 1 * queryStride);
s1_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 1 * queryStride);
s1_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 1 * queryStride);
s2_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 2 * queryStride);
s2_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 2 * queryStride);
s2_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 2 * queryStride);
s2_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 2 * queryStride);
s2_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 2 * queryStride);
s2_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 2 * queryStride);
s2_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 2 * queryStride);
s2_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 2 * queryStride);
s3_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 3 * queryStride);
s3_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 3 * queryStride);
s3_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 3 * queryStride);
s3_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 3 * queryStride);
s3_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 3 * queryStride);
s3_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 3 * queryStride);
s3_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 3 * queryStride);
s3_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 3 * queryStride);
}
if (partial != 0) {
int beyond0 = tx * 4 + 0 < keyCount ? 0 : 1;
int beyond1 = tx * 4 + 1 < keyCount ? 0 : 1;
int beyond2 = tx * 4 + 2 < keyCount ? 0 : 1;
int beyond3 = tx * 4 + 3 < keyCount ? 0 : 1;
int beyond4 = tx * 4 + 32 < keyCount ? 0 : 1;
int beyond5 = tx * 4 + 33 < keyCount ? 0 : 1;
int beyond6 = tx * 4 + 34 < keyCount ? 0 : 1;
int beyond7 = tx * 4 + 35 < keyCount ? 0 : 1;
int h0_0 = beyond0;
if (masked != 0) {
int d0_0 = distance + 0 * keyStride - 0 * queryStride;
h0_0 = d0_0 < lowest ? h0_0 | (1 - free) : h0_0;
h0_0 = d0_0 > highest ? h0_0 | (1 - free) : h0_0;
}
s0_0 = h0_0 != 0 ? none : s0_0;
int h0_1 = beyond1;
if (masked != 0) {
int d0_1 = distance + 1 * keyStride - 0 * queryStride;
h0_1 = d0_1 < lowest ? h0_1 | (1 - free) : h0_1;
h0_1 = d0_1 > highest ? h0_1 | (1 - free) : h0_1;
}
s0_1 = h0_1 != 0 ? none : s0_1;
int h0_2 = beyond2;
if (masked != 0) {
int d0_2 = distance + 2 * keyStride - 0 * queryStride;
h0_2 = d0_2 < lowest ? h0_2 | (1 - free) : h0_2;
h0_2 = d0_2 > highest ? h0_2 | (1 - free) : h0_2;
}
s0_2 = h0_2 != 0 ? none : s0_2;
int h0_3 = beyond3;
if (masked != 0) {
int d0_3 = distance + 3 * keyStride - 0 * queryStride;
h0_3 = d0_3 < lowest ? h0_3 | (1 - free) : h0_3;
h0_3 = d0_3 > highest ? h0_3 | (1 - free) : h0_3;
}
s0_3 = h0_3 != 0 ? none : s0_3;
int h0_4 = beyond4;
if (masked != 0) {
int d0_4 = distance + 32 * keyStride - 0 * queryStride;
h0_4 = d0_4 < lowest ? h0_4 | (1 - free) : h0_4;
h0_4 = d0_4 > highest ? h0_4 | (1 - free) : h0_4;
}
s0_4 = h0_4 != 0 ? none : s0_4;
int h0_5 = beyond5;
if (masked != 0) {
int d0_5 = distance + 33 * keyStride - 0 * queryStride;
h0_5 = d0_5 < lowest ? h0_5 | (1 - free) : h0_5;
h0_5 = d0_5 > highest ? h0_5 | (1 - free) : h0_5;
}
s0_5 = h0_5 != 0 ? none : s0_5;
int h0_6 = beyond6;
if (masked != 0) {
int d0_6 = distance + 34 * keyStride - 0 * queryStride;
h0_6 = d0_6 < lowest ? h0_6 | (1 - free) : h0_6;
h0_6 = d0_6 > highest ? h0_6 | (1 - free) : h0_6;
}
s0_6 = h0_6 != 0 ? none : s0_6;
int h0_7 = beyond7;
if (masked != 0) {
int d0_7 = distance + 35 * keyStride - 0 * queryStride;
h0_7 = d0_7 < lowest ? h0_7 | (1 - free) : h0_7;
h0_7 = d0_7 > highest ? h0_7 | (1 - free) : h0_7;
}
s0_7 = h0_7 != 0 ? none : s0_7;
int h1_0 = beyond0;
if (masked != 0) {
int d1_0 = distance + 0 * keyStride - 1 * queryStride;
h1_0 = d1_0 < lowest ? h1_0 | (1 - free) : h1_0;
h1_0 = d1_0 > highest ? h1_0 | (1 - free) : h1_0;
}
s1_0 = h1_0 != 0 ? none : s1_0;
int h1_1 = beyond1;
if (masked != 0) {
int d1_1 = distance + 1 * keyStride - 1 * queryStride;
h1_1 = d1_1 < lowest ? h1_1 | (1 - free) : h1_1;
h1_1 = d1_1 > highest ? h1_1 | (1 - free) : h1_1;
}
s1_1 = h1_1 != 0 ? none : s1_1;
int h1_2 = beyond2;
if (masked != 0) {
int d1_2 = distance + 2 * keyStride - 1 * queryStride;
h1_2 = d1_2 < lowest ? h1_2 | (1 - free) : h1_2;
h1_2 = d1_2 > highest ? h1_2 | (1 - free) : h1_2;
}
s1_2 = h1_2 != 0 ? none : s1_2;
int h1_3 = beyond3;
if (masked != 0) {
int d1_3 = distance + 3 * keyStride - 1 * queryStride;
h1_3 = d1_3 < lowest ? h1_3 | (1 - free) : h1_3;
h1_3 = d1_3 > highest ? h1_3 | (1 - free) : h1_3;
}
s1_3 = h1_3 != 0 ? none : s1_3;
int h1_4 = beyond4;
if (masked != 0) {
int d1_4 = distance + 32 * keyStride - 1 * queryStride;
h1_4 = d1_4 < lowest ? h1_4 | (1 - free) : h1_4;
h1_4 = d1_4 > highest ? h1_4 | (1 - free) : h1_4;
}
s1_4 = h1_4 != 0 ? none : s1_4;
int h1_5 = beyond5;
if (masked != 0) {
int d1_5 = distance + 33 * keyStride - 1 * queryStride;
h1_5 = d1_5 < lowest ? h1_5 | (1 - free) : h1_5;
h1_5 = d1_5 > highest ? h1_5 | (1 - free) : h1_5;
}
s1_5 = h1_5 != 0 ? none : s1_5;
int h1_6 = beyond6;
if (masked != 0) {
int d1_6 = distance + 34 * keyStride - 1 * queryStride;
h1_6 = d1_6 < lowest ? h1_6 | (1 - free) : h1_6;
h1_6 = d1_6 > highest ? h1_6 | (1 - free) : h1_6;
}
s1_6 = h1_6 != 0 ? none : s1_6;
int h1_7 = beyond7;
if (masked != 0) {
int d1_7 = distance + 35 * keyStride - 1 * queryStride;
h1_7 = d1_7 < lowest ? h1_7 | (1 - free) : h1_7;
h1_7 = d1_7 > highest ? h1_7 | (1 - free) : h1_7;
}
s1_7 = h1_7 != 0 ? none : s1_7;
int h2_0 = beyond0;
if (masked != 0) {
int d2_0 = distance + 0 * keyStride - 2 * queryStride;
h2_0 = d2_0 < lowest ? h2_0 | (1 - free) : h2_0;
h2_0 = d2_0 > highest ? h2_0 | (1 - free) : h2_0;
}
s2_0 = h2_0 != 0 ? none : s2_0;
int h2_1 = beyond1;
if (masked != 0) {
int d2_1 = distance + 1 * keyStride - 2 * queryStride;
h2_1 = d2_1 < lowest ? h2_1 | (1 - free) : h2_1;
h2_1 = d2_1 > highest ? h2_1 | (1 - free) : h2_1;
}
s2_1 = h2_1 != 0 ? none : s2_1;
int h2_2 = beyond2;
if (masked != 0) {
int d2_2 = distance + 2 * keyStride - 2 * queryStride;
h2_2 = d2_2 < lowest ? h2_2 | (1 - free) : h2_2;
h2_2 = d2_2 > highest ? h2_2 | (1 - free) : h2_2;
}
s2_2 = h2_2 != 0 ? none : s2_2;
int h2_3 = beyond3;
if (masked != 0) {
int d2_3 = distance + 3 * keyStride - 2 * queryStride;
h2_3 = d2_3 < lowest ? h2_3 | (1 - free) : h2_3;
h2_3 = d2_3 > highest ? h2_3 | (1 - free) : h2_3;
}
s2_3 = h2_3 != 0 ? none : s2_3;
int h2_4 = beyond4;
if (masked != 0) {
int d2_4 = distance + 32 * keyStride - 2 * queryStride;
h2_4 = d2_4 < lowest ? h2_4 | (1 - free) : h2_4;
h2_4 = d2_4 > highest ? h2_4 | (1 - free) : h2_4;
}
s2_4 = h2_4 != 0 ? none : s2_4;
int h2_5 = beyond5;
if (masked != 0) {
int d2_5 = distance + 33 * keyStride - 2 * queryStride;
h2_5 = d2_5 < lowest ? h2_5 | (1 - free) : h2_5;
h2_5 = d2_5 > highest ? h2_5 | (1 - free) : h2_5;
}
s2_5 = h2_5 != 0 ? none : s2_5;
int h2_6 = beyond6;
if (masked != 0) {
int d2_6 = distance + 34 * keyStride - 2 * queryStride;
h2_6 = d2_6 < lowest ? h2_6 | (1 - free) : h2_6;
h2_6 = d2_6 > highest ? h2_6 | (1 - free) : h2_6;
}
s2_6 = h2_6 != 0 ? none : s2_6;
int h2_7 = beyond7;
if (masked != 0) {
int d2_7 = distance + 35 * keyStride - 2 * queryStride;
h2_7 = d2_7 < lowest ? h2_7 | (1 - free) : h2_7;
h2_7 = d2_7 > highest ? h2_7 | (1 - free) : h2_7;
}
s2_7 = h2_7 != 0 ? none : s2_7;
int h3_0 = beyond0;
if (masked != 0) {
int d3_0 = distance + 0 * keyStride - 3 * queryStride;
h3_0 = d3_0 < lowest ? h3_0 | (1 - free) : h3_0;
h3_0 = d3_0 > highest ? h3_0 | (1 - free) : h3_0;
}
s3_0 = h3_0 != 0 ? none : s3_0;
int h3_1 = beyond1;
if (masked != 0) {
int d3_1 = distance + 1 * keyStride - 3 * queryStride;
h3_1 = d3_1 < lowest ? h3_1 | (1 - free) : h3_1;
h3_1 = d3_1 > highest ? h3_1 | (1 - free) : h3_1;
}
s3_1 = h3_1 != 0 ? none : s3_1;
int h3_2 = beyond2;
if (masked != 0) {
int d3_2 = distance + 2 * keyStride - 3 * queryStride;
h3_2 = d3_2 < lowest ? h3_2 | (1 - free) : h3_2;
h3_2 = d3_2 > highest ? h3_2 | (1 - free) : h3_2;
}
s3_2 = h3_2 != 0 ? none : s3_2;
int h3_3 = beyond3;
if (masked != 0) {
int d3_3 = distance + 3 * keyStride - 3 * queryStride;
h3_3 = d3_3 < lowest ? h3_3 | (1 - free) : h3_3;
h3_3 = d3_3 > highest ? h3_3 | (1 - free) : h3_3;
}
s3_3 = h3_3 != 0 ? none : s3_3;
int h3_4 = beyond4;
if (masked != 0) {
int d3_4 = distance + 32 * keyStride - 3 * queryStride;
h3_4 = d3_4 < lowest ? h3_4 | (1 - free) : h3_4;
h3_4 = d3_4 > highest ? h3_4 | (1 - free) : h3_4;
}
s3_4 = h3_4 != 0 ? none : s3_4;
int h3_5 = beyond5;
if (masked != 0) {
int d3_5 = distance + 33 * keyStride - 3 * queryStride;
h3_5 = d3_5 < lowest ? h3_5 | (1 - free) : h3_5;
h3_5 = d3_5 > highest ? h3_5 | (1 - free) : h3_5;
}
s3_5 = h3_5 != 0 ? none : s3_5;
int h3_6 = beyond6;
if (masked != 0) {
int d3_6 = distance + 34 * keyStride - 3 * queryStride;
h3_6 = d3_6 < lowest ? h3_6 | (1 - free) : h3_6;
h3_6 = d3_6 > highest ? h3_6 | (1 - free) : h3_6;
}
s3_6 = h3_6 != 0 ? none : s3_6;
int h3_7 = beyond7;
if (masked != 0) {
int d3_7 = distance + 35 * keyStride - 3 * queryStride;
h3_7 = d3_7 < lowest ? h3_7 | (1 - free) : h3_7;
h3_7 = d3_7 > highest ? h3_7 | (1 - free) : h3_7;
}
s3_7 = h3_7 != 0 ? none : s3_7;
}
// NaN scores are no maximum.
float x0 = TornadoMath.max(none, s0_0);
x0 = TornadoMath.max(x0, s0_1);
x0 = TornadoMath.max(x0, s0_2);
x0 = TornadoMath.max(x0, s0_3);
x0 = TornadoMath.max(x0, s0_4);
x0 = TornadoMath.max(x0, s0_5);
x0 = TornadoMath.max(x0, s0_6);
x0 = TornadoMath.max(x0, s0_7);
float x1 = TornadoMath.max(none, s1_0);
x1 = TornadoMath.max(x1, s1_1);
x1 = TornadoMath.max(x1, s1_2);
x1 = TornadoMath.max(x1, s1_3);
x1 = TornadoMath.max(x1, s1_4);
x1 = TornadoMath.max(x1, s1_5);
x1 = TornadoMath.max(x1, s1_6);
x1 = TornadoMath.max(x1, s1_7);
float x2 = TornadoMath.max(none, s2_0);
x2 = TornadoMath.max(x2, s2_1);
x2 = TornadoMath.max(x2, s2_2);
x2 = TornadoMath.max(x2, s2_3);
x2 = TornadoMath.max(x2, s2_4);
x2 = TornadoMath.max(x2, s2_5);
x2 = TornadoMath.max(x2, s2_6);
x2 = TornadoMath.max(x2, s2_7);
float x3 = TornadoMath.max(none, s3_0);
x3 = TornadoMath.max(x3, s3_1);
x3 = TornadoMath.max(x3, s3_2);
x3 = TornadoMath.max(x3, s3_3);
x3 = TornadoMath.max(x3, s3_4);
x3 = TornadoMath.max(x3, s3_5);
x3 = TornadoMath.max(x3, s3_6);
x3 = TornadoMath.max(x3, s3_7);
rs[tx * 72 + ty * 4 + 0] = x0;
rs[tx * 72 + ty * 4 + 1] = x1;
rs[tx * 72 + ty * 4 + 2] = x2;
rs[tx * 72 + ty * 4 + 3] = x3;
c.localBarrier();
float n0 = m0;
float n1 = m1;
float n2 = m2;
float n3 = m3;
float y0_0 = rs[ty * 4 + 0];
float y1_0 = rs[ty * 4 + 1];
float y2_0 = rs[ty * 4 + 2];
float y3_0 = rs[ty * 4 + 3];
n0 = TornadoMath.max(n0, y0_0);
n1 = TornadoMath.max(n1, y1_0);
n2 = TornadoMath.max(n2, y2_0);
n3 = TornadoMath.max(n3, y3_0);
float y0_1 = rs[ty * 4 + 72];
float y1_1 = rs[ty * 4 + 73];
float y2_1 = rs[ty * 4 + 74];
float y3_1 = rs[ty * 4 + 75];
n0 = TornadoMath.max(n0, y0_1);
n1 = TornadoMath.max(n1, y1_1);
n2 = TornadoMath.max(n2, y2_1);
n3 = TornadoMath.max(n3, y3_1);
float y0_2 = rs[ty * 4 + 144];
float y1_2 = rs[ty * 4 + 145];
float y2_2 = rs[ty * 4 + 146];
float y3_2 = rs[ty * 4 + 147];
n0 = TornadoMath.max(n0, y0_2);
n1 = TornadoMath.max(n1, y1_2);
n2 = TornadoMath.max(n2, y2_2);
n3 = TornadoMath.max(n3, y3_2);
float y0_3 = rs[ty * 4 + 216];
float y1_3 = rs[ty * 4 + 217];
float y2_3 = rs[ty * 4 + 218];
float y3_3 = rs[ty * 4 + 219];
n0 = TornadoMath.max(n0, y0_3);
n1 = TornadoMath.max(n1, y1_3);
n2 = TornadoMath.max(n2, y2_3);
n3 = TornadoMath.max(n3, y3_3);
float y0_4 = rs[ty * 4 + 288];
float y1_4 = rs[ty * 4 + 289];
float y2_4 = rs[ty * 4 + 290];
float y3_4 = rs[ty * 4 + 291];
n0 = TornadoMath.max(n0, y0_4);
n1 = TornadoMath.max(n1, y1_4);
n2 = TornadoMath.max(n2, y2_4);
n3 = TornadoMath.max(n3, y3_4);
float y0_5 = rs[ty * 4 + 360];
float y1_5 = rs[ty * 4 + 361];
float y2_5 = rs[ty * 4 + 362];
float y3_5 = rs[ty * 4 + 363];
n0 = TornadoMath.max(n0, y0_5);
n1 = TornadoMath.max(n1, y1_5);
n2 = TornadoMath.max(n2, y2_5);
n3 = TornadoMath.max(n3, y3_5);
float y0_6 = rs[ty * 4 + 432];
float y1_6 = rs[ty * 4 + 433];
float y2_6 = rs[ty * 4 + 434];
float y3_6 = rs[ty * 4 + 435];
n0 = TornadoMath.max(n0, y0_6);
n1 = TornadoMath.max(n1, y1_6);
n2 = TornadoMath.max(n2, y2_6);
n3 = TornadoMath.max(n3, y3_6);
float y0_7 = rs[ty * 4 + 504];
float y1_7 = rs[ty * 4 + 505];
float y2_7 = rs[ty * 4 + 506];
float y3_7 = rs[ty * 4 + 507];
n0 = TornadoMath.max(n0, y0_7);
n1 = TornadoMath.max(n1, y1_7);
n2 = TornadoMath.max(n2, y2_7);
n3 = TornadoMath.max(n3, y3_7);
// A row that has seen no key: any finite reference makes all weights 0.
float r0 = TornadoMath.max(n0, -Float.MAX_VALUE);
float f0 = TornadoMath.exp(m0 - r0);
m0 = n0;
l0 *= f0;
// A row that has seen no key: any finite reference makes all weights 0.
float r1 = TornadoMath.max(n1, -Float.MAX_VALUE);
float f1 = TornadoMath.exp(m1 - r1);
m1 = n1;
l1 *= f1;
// A row that has seen no key: any finite reference makes all weights 0.
float r2 = TornadoMath.max(n2, -Float.MAX_VALUE);
float f2 = TornadoMath.exp(m2 - r2);
m2 = n2;
l2 *= f2;
// A row that has seen no key: any finite reference makes all weights 0.
float r3 = TornadoMath.max(n3, -Float.MAX_VALUE);
float f3 = TornadoMath.exp(m3 - r3);
m3 = n3;
l3 *= f3;
o0_0 *= f0;
o0_1 *= f0;
o0_2 *= f0;
o0_3 *= f0;
o0_4 *= f0;
o0_5 *= f0;
o0_6 *= f0;
o0_7 *= f0;
o1_0 *= f1;
o1_1 *= f1;
o1_2 *= f1;
o1_3 *= f1;
o1_4 *= f1;
o1_5 *= f1;
o1_6 *= f1;
o1_7 *= f1;
o2_0 *= f2;
o2_1 *= f2;
o2_2 *= f2;
o2_3 *= f2;
o2_4 *= f2;
o2_5 *= f2;
o2_6 *= f2;
o2_7 *= f2;
o3_0 *= f3;
o3_1 *= f3;
o3_2 *= f3;
o3_3 *= f3;
o3_4 *= f3;
o3_5 *= f3;
o3_6 *= f3;
o3_7 *= f3;
int weightTo = tx * 256 + ((ty ^ ((tx << 1) & 14)) << 2);
s0_0 = TornadoMath.exp(s0_0 - r0);
l0 += s0_0;
s1_0 = TornadoMath.exp(s1_0 - r1);
l1 += s1_0;
s2_0 = TornadoMath.exp(s2_0 - r2);
l2 += s2_0;
s3_0 = TornadoMath.exp(s3_0 - r3);
l3 += s3_0;
ps[weightTo + 0] = s0_0;
ps[weightTo + 1] = s1_0;
ps[weightTo + 2] = s2_0;
ps[weightTo + 3] = s3_0;
s0_1 = TornadoMath.exp(s0_1 - r0);
l0 += s0_1;
s1_1 = TornadoMath.exp(s1_1 - r1);
l1 += s1_1;
s2_1 = TornadoMath.exp(s2_1 - r2);
l2 += s2_1;
s3_1 = TornadoMath.exp(s3_1 - r3);
l3 += s3_1;
ps[weightTo + 64] = s0_1;
ps[weightTo + 65] = s1_1;
ps[weightTo + 66] = s2_1;
ps[weightTo + 67] = s3_1;
s0_2 = TornadoMath.exp(s0_2 - r0);
l0 += s0_2;
s1_2 = TornadoMath.exp(s1_2 - r1);
l1 += s1_2;
s2_2 = TornadoMath.exp(s2_2 - r2);
l2 += s2_2;
s3_2 = TornadoMath.exp(s3_2 - r3);
l3 += s3_2;
ps[weightTo + 128] = s0_2;
ps[weightTo + 129] = s1_2;
ps[weightTo + 130] = s2_2;
ps[weightTo + 131] = s3_2;
s0_3 = TornadoMath.exp(s0_3 - r0);
l0 += s0_3;
s1_3 = TornadoMath.exp(s1_3 - r1);
l1 += s1_3;
s2_3 = TornadoMath.exp(s2_3 - r2);
l2 += s2_3;
s3_3 = TornadoMath.exp(s3_3 - r3);
l3 += s3_3;
ps[weightTo + 192] = s0_3;
ps[weightTo + 193] = s1_3;
ps[weightTo + 194] = s2_3;
ps[weightTo + 195] = s3_3;
s0_4 = TornadoMath.exp(s0_4 - r0);
l0 += s0_4;
s1_4 = TornadoMath.exp(s1_4 - r1);
l1 += s1_4;
s2_4 = TornadoMath.exp(s2_4 - r2);
l2 += s2_4;
s3_4 = TornadoMath.exp(s3_4 - r3);
l3 += s3_4;
ps[weightTo + 2048] = s0_4;
ps[weightTo + 2049] = s1_4;
ps[weightTo + 2050] = s2_4;
ps[weightTo + 2051] = s3_4;
s0_5 = TornadoMath.exp(s0_5 - r0);
l0 += s0_5;
s1_5 = TornadoMath.exp(s1_5 - r1);
l1 += s1_5;
s2_5 = TornadoMath.exp(s2_5 - r2);
l2 += s2_5;
s3_5 = TornadoMath.exp(s3_5 - r3);
l3 += s3_5;
ps[weightTo + 2112] = s0_5;
ps[weightTo + 2113] = s1_5;
ps[weightTo + 2114] = s2_5;
ps[weightTo + 2115] = s3_5;
s0_6 = TornadoMath.exp(s0_6 - r0);
l0 += s0_6;
s1_6 = TornadoMath.exp(s1_6 - r1);
l1 += s1_6;
s2_6 = TornadoMath.exp(s2_6 - r2);
l2 += s2_6;
s3_6 = TornadoMath.exp(s3_6 - r3);
l3 += s3_6;
ps[weightTo + 2176] = s0_6;
ps[weightTo + 2177] = s1_6;
ps[weightTo + 2178] = s2_6;
ps[weightTo + 2179] = s3_6;
s0_7 = TornadoMath.exp(s0_7 - r0);
l0 += s0_7;
s1_7 = TornadoMath.exp(s1_7 - r1);
l1 += s1_7;
s2_7 = TornadoMath.exp(s2_7 - r2);
l2 += s2_7;
s3_7 = TornadoMath.exp(s3_7 - r3);
l3 += s3_7;
ps[weightTo + 2240] = s0_7;
ps[weightTo + 2241] = s1_7;
ps[weightTo + 2242] = s2_7;
ps[weightTo + 2243] = s3_7;
c.localBarrier();
rs[lid + 0] = b0;
rs[lid + 128] = b1;
rs[lid + 256] = b2;
rs[lid + 384] = b3;
rs[lid + 512] = b4;
rs[lid + 640] = b5;
rs[lid + 768] = b6;
rs[lid + 896] = b7;
rs[lid + 1024] = b8;
rs[lid + 1152] = b9;
rs[lid + 1280] = b10;
rs[lid + 1408] = b11;
rs[lid + 1536] = b12;
rs[lid + 1664] = b13;
rs[lid + 1792] = b14;
rs[lid + 1920] = b15;
rs[lid + 2048] = b16;
rs[lid + 2176] = b17;
rs[lid + 2304] = b18;
rs[lid + 2432] = b19;
rs[lid + 2560] = b20;
rs[lid + 2688] = b21;
rs[lid + 2816] = b22;
rs[lid + 2944] = b23;
rs[lid + 3072] = b24;
rs[lid + 3200] = b25;
rs[lid + 3328] = b26;
rs[lid + 3456] = b27;
rs[lid + 3584] = b28;
rs[lid + 3712] = b29;
rs[lid + 3840] = b30;
rs[lid + 3968] = b31;
if (careful != 0) {
for (int i = lid; i < 4096; i += 128) {
float value = rs[0 + i];
rs[0 + i] = KernelMath.finite(value) != 0 ? value : 0f;
}
}
c.localBarrier();
if (dropping != 0) {
float keep = scalars.get(KernelShape.KEEP_SCALE);
int threshold = shape.get(KernelShape.DROP_THRESHOLD);
for (int n = lid; n < 4096; n += 128) {
int j = n >> 6;
int r = ((((n >> 2) & 15) ^ ((j >> 1) & 14)) << 2) | (n & 3);
int queryId = (query + r * queryStride) | (queryJoint << 31);
int keyId = (key + j * keyStride) | (keyJoint << 31);
int random = KernelMath.philox(
keyId, queryId, head, shape.get(KernelShape.SEED_LOW), shape.get(KernelShape.SEED_HIGH), dropping);
float kept = ps[n] * keep;
// Not a product with 0: a dropped NaN is gone, too.
ps[n] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;
}
c.localBarrier();
}
{
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
float a16;
float a17;
float a18;
float a19;
float a20;
float a21;
float a22;
float a23;
float a24;
float a25;
float a26;
float a27;
float a28;
float a29;
float a30;
float a31;
int keyChunk = nextFrom + (0) * 4096;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
a8 = k.get(keyChunk + 1024);
a9 = k.get(keyChunk + 1152);
a10 = k.get(keyChunk + 1280);
a11 = k.get(keyChunk + 1408);
a12 = k.get(keyChunk + 1536);
a13 = k.get(keyChunk + 1664);
a14 = k.get(keyChunk + 1792);
a15 = k.get(keyChunk + 1920);
a16 = k.get(keyChunk + 2048);
a17 = k.get(keyChunk + 2176);
a18 = k.get(keyChunk + 2304);
a19 = k.get(keyChunk + 2432);
a20 = k.get(keyChunk + 2560);
a21 = k.get(keyChunk + 2688);
a22 = k.get(keyChunk + 2816);
a23 = k.get(keyChunk + 2944);
a24 = k.get(keyChunk + 3072);
a25 = k.get(keyChunk + 3200);
a26 = k.get(keyChunk + 3328);
a27 = k.get(keyChunk + 3456);
a28 = k.get(keyChunk + 3584);
a29 = k.get(keyChunk + 3712);
a30 = k.get(keyChunk + 3840);
a31 = k.get(keyChunk + 3968);
int vb = 0 + ox * 4;
for (int g = 0; g < 0 + 16; g += 1) {
int swap0 = oy ^ (((g + 0) << 1) & 14);
int pb0 = (g + 0) * 256 + (swap0 << 2);
float p0_0_0 = ps[pb0 + 0];
float p0_0_1 = ps[pb0 + 1];
float p0_0_2 = ps[pb0 + 2];
float p0_0_3 = ps[pb0 + 3];
float v0_0_0 = rs[vb + 0];
float v0_0_1 = rs[vb + 1];
float v0_0_2 = rs[vb + 2];
float v0_0_3 = rs[vb + 3];
float v0_0_4 = rs[vb + 32];
float v0_0_5 = rs[vb + 33];
float v0_0_6 = rs[vb + 34];
float v0_0_7 = rs[vb + 35];
o0_0 += p0_0_0 * v0_0_0;
o0_1 += p0_0_0 * v0_0_1;
o0_2 += p0_0_0 * v0_0_2;
o0_3 += p0_0_0 * v0_0_3;
o0_4 += p0_0_0 * v0_0_4;
o0_5 += p0_0_0 * v0_0_5;
o0_6 += p0_0_0 * v0_0_6;
o0_7 += p0_0_0 * v0_0_7;
o1_0 += p0_0_1 * v0_0_0;
o1_1 += p0_0_1 * v0_0_1;
o1_2 += p0_0_1 * v0_0_2;
o1_3 += p0_0_1 * v0_0_3;
o1_4 += p0_0_1 * v0_0_4;
o1_5 += p0_0_1 * v0_0_5;
o1_6 += p0_0_1 * v0_0_6;
o1_7 += p0_0_1 * v0_0_7;
o2_0 += p0_0_2 * v0_0_0;
o2_1 += p0_0_2 * v0_0_1;
o2_2 += p0_0_2 * v0_0_2;
o2_3 += p0_0_2 * v0_0_3;
o2_4 += p0_0_2 * v0_0_4;
o2_5 += p0_0_2 * v0_0_5;
o2_6 += p0_0_2 * v0_0_6;
o2_7 += p0_0_2 * v0_0_7;
o3_0 += p0_0_3 * v0_0_0;
o3_1 += p0_0_3 * v0_0_1;
o3_2 += p0_0_3 * v0_0_2;
o3_3 += p0_0_3 * v0_0_3;
o3_4 += p0_0_3 * v0_0_4;
o3_5 += p0_0_3 * v0_0_5;
o3_6 += p0_0_3 * v0_0_6;
o3_7 += p0_0_3 * v0_0_7;
float p0_1_0 = ps[pb0 + 64];
float p0_1_1 = ps[pb0 + 65];
float p0_1_2 = ps[pb0 + 66];
float p0_1_3 = ps[pb0 + 67];
float v0_1_0 = rs[vb + 64];
float v0_1_1 = rs[vb + 65];
float v0_1_2 = rs[vb + 66];
float v0_1_3 = rs[vb + 67];
float v0_1_4 = rs[vb + 96];
float v0_1_5 = rs[vb + 97];
float v0_1_6 = rs[vb + 98];
float v0_1_7 = rs[vb + 99];
o0_0 += p0_1_0 * v0_1_0;
o0_1 += p0_1_0 * v0_1_1;
o0_2 += p0_1_0 * v0_1_2;
o0_3 += p0_1_0 * v0_1_3;
o0_4 += p0_1_0 * v0_1_4;
o0_5 += p0_1_0 * v0_1_5;
o0_6 += p0_1_0 * v0_1_6;
o0_7 += p0_1_0 * v0_1_7;
o1_0 += p0_1_1 * v0_1_0;
o1_1 += p0_1_1 * v0_1_1;
o1_2 += p0_1_1 * v0_1_2;
o1_3 += p0_1_1 * v0_1_3;
o1_4 += p0_1_1 * v0_1_4;
o1_5 += p0_1_1 * v0_1_5;
o1_6 += p0_1_1 * v0_1_6;
o1_7 += p0_1_1 * v0_1_7;
o2_0 += p0_1_2 * v0_1_0;
o2_1 += p0_1_2 * v0_1_1;
o2_2 += p0_1_2 * v0_1_2;
o2_3 += p0_1_2 * v0_1_3;
o2_4 += p0_1_2 * v0_1_4;
o2_5 += p0_1_2 * v0_1_5;
o2_6 += p0_1_2 * v0_1_6;
o2_7 += p0_1_2 * v0_1_7;
o3_0 += p0_1_3 * v0_1_0;
o3_1 += p0_1_3 * v0_1_1;
o3_2 += p0_1_3 * v0_1_2;
o3_3 += p0_1_3 * v0_1_3;
o3_4 += p0_1_3 * v0_1_4;
o3_5 += p0_1_3 * v0_1_5;
o3_6 += p0_1_3 * v0_1_6;
o3_7 += p0_1_3 * v0_1_7;
float p0_2_0 = ps[pb0 + 128];
float p0_2_1 = ps[pb0 + 129];
float p0_2_2 = ps[pb0 + 130];
float p0_2_3 = ps[pb0 + 131];
float v0_2_0 = rs[vb + 128];
float v0_2_1 = rs[vb + 129];
float v0_2_2 = rs[vb + 130];
float v0_2_3 = rs[vb + 131];
float v0_2_4 = rs[vb + 160];
float v0_2_5 = rs[vb + 161];
float v0_2_6 = rs[vb + 162];
float v0_2_7 = rs[vb + 163];
o0_0 += p0_2_0 * v0_2_0;
o0_1 += p0_2_0 * v0_2_1;
o0_2 += p0_2_0 * v0_2_2;
o0_3 += p0_2_0 * v0_2_3;
o0_4 += p0_2_0 * v0_2_4;
o0_5 += p0_2_0 * v0_2_5;
o0_6 += p0_2_0 * v0_2_6;
o0_7 += p0_2_0 * v0_2_7;
o1_0 += p0_2_1 * v0_2_0;
o1_1 += p0_2_1 * v0_2_1;
o1_2 += p0_2_1 * v0_2_2;
o1_3 += p0_2_1 * v0_2_3;
o1_4 += p0_2_1 * v0_2_4;
o1_5 += p0_2_1 * v0_2_5;
o1_6 += p0_2_1 * v0_2_6;
o1_7 += p0_2_1 * v0_2_7;
o2_0 += p0_2_2 * v0_2_0;
o2_1 += p0_2_2 * v0_2_1;
o2_2 += p0_2_2 * v0_2_2;
o2_3 += p0_2_2 * v0_2_3;
o2_4 += p0_2_2 * v0_2_4;
o2_5 += p0_2_2 * v0_2_5;
o2_6 += p0_2_2 * v0_2_6;
o2_7 += p0_2_2 * v0_2_7;
o3_0 += p0_2_3 * v0_2_0;
o3_1 += p0_2_3 * v0_2_1;
o3_2 += p0_2_3 * v0_2_2;
o3_3 += p0_2_3 * v0_2_3;
o3_4 += p0_2_3 * v0_2_4;
o3_5 += p0_2_3 * v0_2_5;
o3_6 += p0_2_3 * v0_2_6;
o3_7 += p0_2_3 * v0_2_7;
float p0_3_0 = ps[pb0 + 192];
float p0_3_1 = ps[pb0 + 193];
float p0_3_2 = ps[pb0 + 194];
float p0_3_3 = ps[pb0 + 195];
float v0_3_0 = rs[vb + 192];
float v0_3_1 = rs[vb + 193];
float v0_3_2 = rs[vb + 194];
float v0_3_3 = rs[vb + 195];
float v0_3_4 = rs[vb + 224];
float v0_3_5 = rs[vb + 225];
float v0_3_6 = rs[vb + 226];
float v0_3_7 = rs[vb + 227];
o0_0 += p0_3_0 * v0_3_0;
o0_1 += p0_3_0 * v0_3_1;
o0_2 += p0_3_0 * v0_3_2;
o0_3 += p0_3_0 * v0_3_3;
o0_4 += p0_3_0 * v0_3_4;
o0_5 += p0_3_0 * v0_3_5;
o0_6 += p0_3_0 * v0_3_6;
o0_7 += p0_3_0 * v0_3_7;
o1_0 += p0_3_1 * v0_3_0;
o1_1 += p0_3_1 * v0_3_1;
o1_2 += p0_3_1 * v0_3_2;
o1_3 += p0_3_1 * v0_3_3;
o1_4 += p0_3_1 * v0_3_4;
o1_5 += p0_3_1 * v0_3_5;
o1_6 += p0_3_1 * v0_3_6;
o1_7 += p0_3_1 * v0_3_7;
o2_0 += p0_3_2 * v0_3_0;
o2_1 += p0_3_2 * v0_3_1;
o2_2 += p0_3_2 * v0_3_2;
o2_3 += p0_3_2 * v0_3_3;
o2_4 += p0_3_2 * v0_3_4;
o2_5 += p0_3_2 * v0_3_5;
o2_6 += p0_3_2 * v0_3_6;
o2_7 += p0_3_2 * v0_3_7;
o3_0 += p0_3_3 * v0_3_0;
o3_1 += p0_3_3 * v0_3_1;
o3_2 += p0_3_3 * v0_3_2;
o3_3 += p0_3_3 * v0_3_3;
o3_4 += p0_3_3 * v0_3_4;
o3_5 += p0_3_3 * v0_3_5;
o3_6 += p0_3_3 * v0_3_6;
o3_7 += p0_3_3 * v0_3_7;
vb += 256;
}
if (careful != 0) {
for (int n = 0; n < 64; n++) {
int fromV = ((kvHead * tiles + t) * 64 + n) * 64 + 0 + ox * 4;
int away = key + n * keyStride - position - oy * 4 * queryStride;
float w0 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 0];
int hide0 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away0 = away - 0 * queryStride;
hide0 = away0 < lowest ? hide0 | (1 - free) : hide0;
hide0 = away0 > highest ? hide0 | (1 - free) : hide0;
}
if (dropping != 0) {
hide0 = hide0 | (1 - KernelMath.positive(w0));
}
float w1 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 1];
int hide1 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away1 = away - 1 * queryStride;
hide1 = away1 < lowest ? hide1 | (1 - free) : hide1;
hide1 = away1 > highest ? hide1 | (1 - free) : hide1;
}
if (dropping != 0) {
hide1 = hide1 | (1 - KernelMath.positive(w1));
}
float w2 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 2];
int hide2 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away2 = away - 2 * queryStride;
hide2 = away2 < lowest ? hide2 | (1 - free) : hide2;
hide2 = away2 > highest ? hide2 | (1 - free) : hide2;
}
if (dropping != 0) {
hide2 = hide2 | (1 - KernelMath.positive(w2));
}
float w3 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 3];
int hide3 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away3 = away - 3 * queryStride;
hide3 = away3 < lowest ? hide3 | (1 - free) : hide3;
hide3 = away3 > highest ? hide3 | (1 - free) : hide3;
}
if (dropping != 0) {
hide3 = hide3 | (1 - KernelMath.positive(w3));
}
float z0 = v.get(fromV + 0);
z0 = KernelMath.beyondFinite(z0);
o0_0 = hide0 != 0 ? o0_0 : o0_0 + w0 * z0;
o1_0 = hide1 != 0 ? o1_0 : o1_0 + w1 * z0;
o2_0 = hide2 != 0 ? o2_0 : o2_0 + w2 * z0;
o3_0 = hide3 != 0 ? o3_0 : o3_0 + w3 * z0;
float z1 = v.get(fromV + 1);
z1 = KernelMath.beyondFinite(z1);
o0_1 = hide0 != 0 ? o0_1 : o0_1 + w0 * z1;
o1_1 = hide1 != 0 ? o1_1 : o1_1 + w1 * z1;
o2_1 = hide2 != 0 ? o2_1 : o2_1 + w2 * z1;
o3_1 = hide3 != 0 ? o3_1 : o3_1 + w3 * z1;
float z2 = v.get(fromV + 2);
z2 = KernelMath.beyondFinite(z2);
o0_2 = hide0 != 0 ? o0_2 : o0_2 + w0 * z2;
o1_2 = hide1 != 0 ? o1_2 : o1_2 + w1 * z2;
o2_2 = hide2 != 0 ? o2_2 : o2_2 + w2 * z2;
o3_2 = hide3 != 0 ? o3_2 : o3_2 + w3 * z2;
float z3 = v.get(fromV + 3);
z3 = KernelMath.beyondFinite(z3);
o0_3 = hide0 != 0 ? o0_3 : o0_3 + w0 * z3;
o1_3 = hide1 != 0 ? o1_3 : o1_3 + w1 * z3;
o2_3 = hide2 != 0 ? o2_3 : o2_3 + w2 * z3;
o3_3 = hide3 != 0 ? o3_3 : o3_3 + w3 * z3;
float z4 = v.get(fromV + 32);
z4 = KernelMath.beyondFinite(z4);
o0_4 = hide0 != 0 ? o0_4 : o0_4 + w0 * z4;
o1_4 = hide1 != 0 ? o1_4 : o1_4 + w1 * z4;
o2_4 = hide2 != 0 ? o2_4 : o2_4 + w2 * z4;
o3_4 = hide3 != 0 ? o3_4 : o3_4 + w3 * z4;
float z5 = v.get(fromV + 33);
z5 = KernelMath.beyondFinite(z5);
o0_5 = hide0 != 0 ? o0_5 : o0_5 + w0 * z5;
o1_5 = hide1 != 0 ? o1_5 : o1_5 + w1 * z5;
o2_5 = hide2 != 0 ? o2_5 : o2_5 + w2 * z5;
o3_5 = hide3 != 0 ? o3_5 : o3_5 + w3 * z5;
float z6 = v.get(fromV + 34);
z6 = KernelMath.beyondFinite(z6);
o0_6 = hide0 != 0 ? o0_6 : o0_6 + w0 * z6;
o1_6 = hide1 != 0 ? o1_6 : o1_6 + w1 * z6;
o2_6 = hide2 != 0 ? o2_6 : o2_6 + w2 * z6;
o3_6 = hide3 != 0 ? o3_6 : o3_6 + w3 * z6;
float z7 = v.get(fromV + 35);
z7 = KernelMath.beyondFinite(z7);
o0_7 = hide0 != 0 ? o0_7 : o0_7 + w0 * z7;
o1_7 = hide1 != 0 ? o1_7 : o1_7 + w1 * z7;
o2_7 = hide2 != 0 ? o2_7 : o2_7 + w2 * z7;
o3_7 = hide3 != 0 ? o3_7 : o3_7 + w3 * z7;
}
}
c.localBarrier();
ps[0 + lid + 0] = a0;
ps[0 + lid + 128] = a1;
ps[0 + lid + 256] = a2;
ps[0 + lid + 384] = a3;
ps[0 + lid + 512] = a4;
ps[0 + lid + 640] = a5;
ps[0 + lid + 768] = a6;
ps[0 + lid + 896] = a7;
ps[0 + lid + 1024] = a8;
ps[0 + lid + 1152] = a9;
ps[0 + lid + 1280] = a10;
ps[0 + lid + 1408] = a11;
ps[0 + lid + 1536] = a12;
ps[0 + lid + 1664] = a13;
ps[0 + lid + 1792] = a14;
ps[0 + lid + 1920] = a15;
ps[0 + lid + 2048] = a16;
ps[0 + lid + 2176] = a17;
ps[0 + lid + 2304] = a18;
ps[0 + lid + 2432] = a19;
ps[0 + lid + 2560] = a20;
ps[0 + lid + 2688] = a21;
ps[0 + lid + 2816] = a22;
ps[0 + lid + 2944] = a23;
ps[0 + lid + 3072] = a24;
ps[0 + lid + 3200] = a25;
ps[0 + lid + 3328] = a26;
ps[0 + lid + 3456] = a27;
ps[0 + lid + 3584] = a28;
ps[0 + lid + 3712] = a29;
ps[0 + lid + 3840] = a30;
ps[0 + lid + 3968] = a31;
c.localBarrier();
}
}
}
c.localBarrier();
ps[(oy * 4 + 0) * 64 + ox * 4 + 0] = o0_0;
ps[(oy * 4 + 0) * 64 + ox * 4 + 1] = o0_1;
ps[(oy * 4 + 0) * 64 + ox * 4 + 2] = o0_2;
ps[(oy * 4 + 0) * 64 + ox * 4 + 3] = o0_3;
ps[(oy * 4 + 0) * 64 + ox * 4 + 32] = o0_4;
ps[(oy * 4 + 0) * 64 + ox * 4 + 33] = o0_5;
ps[(oy * 4 + 0) * 64 + ox * 4 + 34] = o0_6;
ps[(oy * 4 + 0) * 64 + ox * 4 + 35] = o0_7;
ps[(oy * 4 + 1) * 64 + ox * 4 + 0] = o1_0;
ps[(oy * 4 + 1) * 64 + ox * 4 + 1] = o1_1;
ps[(oy * 4 + 1) * 64 + ox * 4 + 2] = o1_2;
ps[(oy * 4 + 1) * 64 + ox * 4 + 3] = o1_3;
ps[(oy * 4 + 1) * 64 + ox * 4 + 32] = o1_4;
ps[(oy * 4 + 1) * 64 + ox * 4 + 33] = o1_5;
ps[(oy * 4 + 1) * 64 + ox * 4 + 34] = o1_6;
ps[(oy * 4 + 1) * 64 + ox * 4 + 35] = o1_7;
ps[(oy * 4 + 2) * 64 + ox * 4 + 0] = o2_0;
ps[(oy * 4 + 2) * 64 + ox * 4 + 1] = o2_1;
ps[(oy * 4 + 2) * 64 + ox * 4 + 2] = o2_2;
ps[(oy * 4 + 2) * 64 + ox * 4 + 3] = o2_3;
ps[(oy * 4 + 2) * 64 + ox * 4 + 32] = o2_4;
ps[(oy * 4 + 2) * 64 + ox * 4 + 33] = o2_5;
ps[(oy * 4 + 2) * 64 + ox * 4 + 34] = o2_6;
ps[(oy * 4 + 2) * 64 + ox * 4 + 35] = o2_7;
ps[(oy * 4 + 3) * 64 + ox * 4 + 0] = o3_0;
ps[(oy * 4 + 3) * 64 + ox * 4 + 1] = o3_1;
ps[(oy * 4 + 3) * 64 + ox * 4 + 2] = o3_2;
ps[(oy * 4 + 3) * 64 + ox * 4 + 3] = o3_3;
ps[(oy * 4 + 3) * 64 + ox * 4 + 32] = o3_4;
ps[(oy * 4 + 3) * 64 + ox * 4 + 33] = o3_5;
ps[(oy * 4 + 3) * 64 + ox * 4 + 34] = o3_6;
ps[(oy * 4 + 3) * 64 + ox * 4 + 35] = o3_7;
c.localBarrier();
for (int i = lid; i < 4096; i += 128) {
acc.set(queryFrom + i, ps[i]);
}
c.localBarrier();
rs[tx * 72 + ty * 4 + 0] = l0;
if (tx == 0) {
ps[ty * 4 + 0] = m0;
}
rs[tx * 72 + ty * 4 + 1] = l1;
if (tx == 0) {
ps[ty * 4 + 1] = m1;
}
rs[tx * 72 + ty * 4 + 2] = l2;
if (tx == 0) {
ps[ty * 4 + 2] = m2;
}
rs[tx * 72 + ty * 4 + 3] = l3;
if (tx == 0) {
ps[ty * 4 + 3] = m3;
}
c.localBarrier();
if (lid < 64) {
float sum = 0f;
sum += rs[lid + 0];
sum += rs[lid + 72];
sum += rs[lid + 144];
sum += rs[lid + 216];
sum += rs[lid + 288];
sum += rs[lid + 360];
sum += rs[lid + 432];
sum += rs[lid + 504];
maxima.set(row + lid, ps[lid]);
sums.set(row + lid, sum);
}
}

/** Head dimensions up to 128, padded to 128. */
public static void fold128(
KernelContext c,
FloatArray q,
FloatArray k,
FloatArray v,
FloatArray acc,
FloatArray maxima,
FloatArray sums,
IntArray shape,
FloatArray scalars,
IntArray queryTiles,
IntArray keyTiles,
IntArray nonFinite,
int masked,
int capped,
int biased,
int dropping
) {
int lid = c.localIdx;
// Pairs of threads share an address, of keys or of rows: a 128-bit load takes half the time.
int tx = (lid & 1) | ((lid >> 1) & 6);
int ty = ((lid >> 1) & 1) | ((lid >> 4) << 1);
int ox = tx | ((lid >> 2) & 8);
int oy = (ty & 3) | ((lid >> 4) & 4);
int rowHeads = shape.get(KernelShape.ROW_HEADS);
int rowTiles = queryTiles.get(TileTable.TILES);
int order = KernelMath.quotient(c.groupIdx, rowHeads);
int head = c.groupIdx - order * rowHeads;
// The last rows of a causal slice see most keys: begin with them, end with small work.
int rowTile = rowTiles - 1 - order;
int kvHead = KernelMath.quotient(head, shape.get(KernelShape.GROUP_SIZE));
int lowest = shape.get(KernelShape.LOWEST_OFFSET);
int highest = shape.get(KernelShape.HIGHEST_OFFSET);
int rowAt = TileTable.HEADER + rowTile * TileTable.ENTRY;
int query = queryTiles.get(rowAt + TileTable.START);
int queryCount = queryTiles.get(rowAt + TileTable.COUNT);
int queryStride = queryTiles.get(rowAt + TileTable.STRIDE);
int queryJoint = queryTiles.get(rowAt + TileTable.JOINT);
int position = query + shape.get(KernelShape.QUERY_OFFSET);
int lastPosition = position + (queryCount - 1) * queryStride;
int row = (head * rowTiles + rowTile) * 64;
float none = scalars.get(KernelShape.NONE);
float slope = 0f;
if (biased != 0) {
slope = queryJoint != 0 ? 0f : scalars.get(KernelShape.SLOPES + head);
}
int tiles = keyTiles.get(TileTable.TILES);
int queryFrom = row * 128;
float[] stage = c.allocateFloatLocalArray(4096);
float[] ps = c.allocateFloatLocalArray(4096);
float[] rs = c.allocateFloatLocalArray(576);
float[] fs = c.allocateFloatLocalArray(64);
int[] bounds = c.allocateIntLocalArray(256);
float m0 = maxima.get(row + ty * 4 + 0);
float l0 = tx == 0 ? sums.get(row + ty * 4 + 0) : 0f;
float m1 = maxima.get(row + ty * 4 + 1);
float l1 = tx == 0 ? sums.get(row + ty * 4 + 1) : 0f;
float m2 = maxima.get(row + ty * 4 + 2);
float l2 = tx == 0 ? sums.get(row + ty * 4 + 2) : 0f;
float m3 = maxima.get(row + ty * 4 + 3);
float l3 = tx == 0 ? sums.get(row + ty * 4 + 3) : 0f;
for (int i = lid; i < 4096; i += 128) {
ps[i] = acc.get(queryFrom + ((i >> 6) * 128) + 0 + (i & 63));
}
c.localBarrier();
float o0_0 = ps[(oy * 4 + 0) * 64 + ox * 4 + 0];
float o0_1 = ps[(oy * 4 + 0) * 64 + ox * 4 + 1];
float o0_2 = ps[(oy * 4 + 0) * 64 + ox * 4 + 2];
float o0_3 = ps[(oy * 4 + 0) * 64 + ox * 4 + 3];
float o1_0 = ps[(oy * 4 + 1) * 64 + ox * 4 + 0];
float o1_1 = ps[(oy * 4 + 1) * 64 + ox * 4 + 1];
float o1_2 = ps[(oy * 4 + 1) * 64 + ox * 4 + 2];
float o1_3 = ps[(oy * 4 + 1) * 64 + ox * 4 + 3];
float o2_0 = ps[(oy * 4 + 2) * 64 + ox * 4 + 0];
float o2_1 = ps[(oy * 4 + 2) * 64 + ox * 4 + 1];
float o2_2 = ps[(oy * 4 + 2) * 64 + ox * 4 + 2];
float o2_3 = ps[(oy * 4 + 2) * 64 + ox * 4 + 3];
float o3_0 = ps[(oy * 4 + 3) * 64 + ox * 4 + 0];
float o3_1 = ps[(oy * 4 + 3) * 64 + ox * 4 + 1];
float o3_2 = ps[(oy * 4 + 3) * 64 + ox * 4 + 2];
float o3_3 = ps[(oy * 4 + 3) * 64 + ox * 4 + 3];
float o4_0 = ps[(oy * 4 + 32) * 64 + ox * 4 + 0];
float o4_1 = ps[(oy * 4 + 32) * 64 + ox * 4 + 1];
float o4_2 = ps[(oy * 4 + 32) * 64 + ox * 4 + 2];
float o4_3 = ps[(oy * 4 + 32) * 64 + ox * 4 + 3];
float o5_0 = ps[(oy * 4 + 33) * 64 + ox * 4 + 0];
float o5_1 = ps[(oy * 4 + 33) * 64 + ox * 4 + 1];
float o5_2 = ps[(oy * 4 + 33) * 64 + ox * 4 + 2];
float o5_3 = ps[(oy * 4 + 33) * 64 + ox * 4 + 3];
float o6_0 = ps[(oy * 4 + 34) * 64 + ox * 4 + 0];
float o6_1 = ps[(oy * 4 + 34) * 64 + ox * 4 + 1];
float o6_2 = ps[(oy * 4 + 34) * 64 + ox * 4 + 2];
float o6_3 = ps[(oy * 4 + 34) * 64 + ox * 4 + 3];
float o7_0 = ps[(oy * 4 + 35) * 64 + ox * 4 + 0];
float o7_1 = ps[(oy * 4 + 35) * 64 + ox * 4 + 1];
float o7_2 = ps[(oy * 4 + 35) * 64 + ox * 4 + 2];
float o7_3 = ps[(oy * 4 + 35) * 64 + ox * 4 + 3];
c.localBarrier();
for (int i = lid; i < 4096; i += 128) {
ps[i] = acc.get(queryFrom + ((i >> 6) * 128) + 64 + (i & 63));
}
c.localBarrier();
float o0_4 = ps[(oy * 4 + 0) * 64 + ox * 4 + 0];
float o0_5 = ps[(oy * 4 + 0) * 64 + ox * 4 + 1];
float o0_6 = ps[(oy * 4 + 0) * 64 + ox * 4 + 2];
float o0_7 = ps[(oy * 4 + 0) * 64 + ox * 4 + 3];
float o1_4 = ps[(oy * 4 + 1) * 64 + ox * 4 + 0];
float o1_5 = ps[(oy * 4 + 1) * 64 + ox * 4 + 1];
float o1_6 = ps[(oy * 4 + 1) * 64 + ox * 4 + 2];
float o1_7 = ps[(oy * 4 + 1) * 64 + ox * 4 + 3];
float o2_4 = ps[(oy * 4 + 2) * 64 + ox * 4 + 0];
float o2_5 = ps[(oy * 4 + 2) * 64 + ox * 4 + 1];
float o2_6 = ps[(oy * 4 + 2) * 64 + ox * 4 + 2];
float o2_7 = ps[(oy * 4 + 2) * 64 + ox * 4 + 3];
float o3_4 = ps[(oy * 4 + 3) * 64 + ox * 4 + 0];
float o3_5 = ps[(oy * 4 + 3) * 64 + ox * 4 + 1];
float o3_6 = ps[(oy * 4 + 3) * 64 + ox * 4 + 2];
float o3_7 = ps[(oy * 4 + 3) * 64 + ox * 4 + 3];
float o4_4 = ps[(oy * 4 + 32) * 64 + ox * 4 + 0];
float o4_5 = ps[(oy * 4 + 32) * 64 + ox * 4 + 1];
float o4_6 = ps[(oy * 4 + 32) * 64 + ox * 4 + 2];
float o4_7 = ps[(oy * 4 + 32) * 64 + ox * 4 + 3];
float o5_4 = ps[(oy * 4 + 33) * 64 + ox * 4 + 0];
float o5_5 = ps[(oy * 4 + 33) * 64 + ox * 4 + 1];
float o5_6 = ps[(oy * 4 + 33) * 64 + ox * 4 + 2];
float o5_7 = ps[(oy * 4 + 33) * 64 + ox * 4 + 3];
float o6_4 = ps[(oy * 4 + 34) * 64 + ox * 4 + 0];
float o6_5 = ps[(oy * 4 + 34) * 64 + ox * 4 + 1];
float o6_6 = ps[(oy * 4 + 34) * 64 + ox * 4 + 2];
float o6_7 = ps[(oy * 4 + 34) * 64 + ox * 4 + 3];
float o7_4 = ps[(oy * 4 + 35) * 64 + ox * 4 + 0];
float o7_5 = ps[(oy * 4 + 35) * 64 + ox * 4 + 1];
float o7_6 = ps[(oy * 4 + 35) * 64 + ox * 4 + 2];
float o7_7 = ps[(oy * 4 + 35) * 64 + ox * 4 + 3];
c.localBarrier();
int first = 0;
int last = tiles - 1;
if (masked != 0) {
first = tiles;
last = -1;
for (int t = lid; t < tiles; t += 128) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
int seen = visible != 0 ? t : first;
first = TornadoMath.min(first, seen);
last = visible != 0 ? t : last;
}
bounds[lid] = first;
bounds[128 + lid] = last;
c.localBarrier();
for (int step = 64; step > 0; step >>= 1) {
if (lid < step) {
bounds[lid] = TornadoMath.min(bounds[lid], bounds[lid + step]);
int high = 128 + lid;
bounds[high] = TornadoMath.max(bounds[high], bounds[high + step]);
}
c.localBarrier();
}
first = bounds[0];
last = bounds[128];
}
int staged = -1;
for (int t = first; t <= last; t++) {
int keyAt = TileTable.HEADER + t * TileTable.ENTRY;
int key = keyTiles.get(keyAt + TileTable.START);
int keyCount = keyTiles.get(keyAt + TileTable.COUNT);
int keyStride = keyTiles.get(keyAt + TileTable.STRIDE);
int keyJoint = keyTiles.get(keyAt + TileTable.JOINT);
int free = queryJoint | keyJoint;
int visible = 1;
int partial = keyCount < 64 ? 1 : 0;
if (masked != 0) {
int nearest = key - lastPosition;
int farthest = key + (keyCount - 1) * keyStride - position;
int bound = 1 - free;
partial = nearest < lowest ? partial | bound : partial;
partial = farthest > highest ? partial | bound : partial;
visible = farthest < lowest ? free : visible;
visible = nearest > highest ? free : visible;
}
if (visible != 0) {
int keyFrom = (kvHead * tiles + t) * 64 * 128 + lid;
int nextFrom = t < last ? keyFrom + 8192 : keyFrom;
int careful = partial;
if (dropping != 0) {
careful = 1;
}
int stamp = nonFinite.get(kvHead * tiles + t);
careful = careful & (stamp == keyTiles.get(TileTable.STAMP) ? 1 : 0);
if (staged != t) {
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int keyChunk = keyFrom + (0) * 1024;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
int queryChunk = queryFrom + lid + (0) * 1024;
a8 = q.get(queryChunk + 0);
a9 = q.get(queryChunk + 128);
a10 = q.get(queryChunk + 256);
a11 = q.get(queryChunk + 384);
a12 = q.get(queryChunk + 512);
a13 = q.get(queryChunk + 640);
a14 = q.get(queryChunk + 768);
a15 = q.get(queryChunk + 896);
stage[0 + lid + 0] = a0;
stage[0 + lid + 128] = a1;
stage[0 + lid + 256] = a2;
stage[0 + lid + 384] = a3;
stage[0 + lid + 512] = a4;
stage[0 + lid + 640] = a5;
stage[0 + lid + 768] = a6;
stage[0 + lid + 896] = a7;
stage[0 + lid + 1024] = a8;
stage[0 + lid + 1152] = a9;
stage[0 + lid + 1280] = a10;
stage[0 + lid + 1408] = a11;
stage[0 + lid + 1536] = a12;
stage[0 + lid + 1664] = a13;
stage[0 + lid + 1792] = a14;
stage[0 + lid + 1920] = a15;
c.localBarrier();
}
staged = t + 1;
float s0_0 = 0f;
float s0_1 = 0f;
float s0_2 = 0f;
float s0_3 = 0f;
float s0_4 = 0f;
float s0_5 = 0f;
float s0_6 = 0f;
float s0_7 = 0f;
float s1_0 = 0f;
float s1_1 = 0f;
float s1_2 = 0f;
float s1_3 = 0f;
float s1_4 = 0f;
float s1_5 = 0f;
float s1_6 = 0f;
float s1_7 = 0f;
float s2_0 = 0f;
float s2_1 = 0f;
float s2_2 = 0f;
float s2_3 = 0f;
float s2_4 = 0f;
float s2_5 = 0f;
float s2_6 = 0f;
float s2_7 = 0f;
float s3_0 = 0f;
float s3_1 = 0f;
float s3_2 = 0f;
float s3_3 = 0f;
float s3_4 = 0f;
float s3_5 = 0f;
float s3_6 = 0f;
float s3_7 = 0f;
for (int n = 0; n < 8 - 1; n++) {
int from = (n & 1) * 2048;
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int keyChunk = keyFrom + (n + 1) * 1024;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
int queryChunk = queryFrom + lid + (n + 1) * 1024;
a8 = q.get(queryChunk + 0);
a9 = q.get(queryChunk + 128);
a10 = q.get(queryChunk + 256);
a11 = q.get(queryChunk + 384);
a12 = q.get(queryChunk + 512);
a13 = q.get(queryChunk + 640);
a14 = q.get(queryChunk + 768);
a15 = q.get(queryChunk + 896);
int kb = from + tx * 4;
int qb = from + 1024 + ty * 4;
for (int d = 0; d < 16; d += 4) {
float k0_0 = stage[kb + 0];
float k0_1 = stage[kb + 1];
float k0_2 = stage[kb + 2];
float k0_3 = stage[kb + 3];
float k0_4 = stage[kb + 32];
float k0_5 = stage[kb + 33];
float k0_6 = stage[kb + 34];
float k0_7 = stage[kb + 35];
float q0_0 = stage[qb + 0];
float q0_1 = stage[qb + 1];
float q0_2 = stage[qb + 2];
float q0_3 = stage[qb + 3];
s0_0 += q0_0 * k0_0;
s0_1 += q0_0 * k0_1;
s0_2 += q0_0 * k0_2;
s0_3 += q0_0 * k0_3;
s0_4 += q0_0 * k0_4;
s0_5 += q0_0 * k0_5;
s0_6 += q0_0 * k0_6;
s0_7 += q0_0 * k0_7;
s1_0 += q0_1 * k0_0;
s1_1 += q0_1 * k0_1;
s1_2 += q0_1 * k0_2;
s1_3 += q0_1 * k0_3;
s1_4 += q0_1 * k0_4;
s1_5 += q0_1 * k0_5;
s1_6 += q0_1 * k0_6;
s1_7 += q0_1 * k0_7;
s2_0 += q0_2 * k0_0;
s2_1 += q0_2 * k0_1;
s2_2 += q0_2 * k0_2;
s2_3 += q0_2 * k0_3;
s2_4 += q0_2 * k0_4;
s2_5 += q0_2 * k0_5;
s2_6 += q0_2 * k0_6;
s2_7 += q0_2 * k0_7;
s3_0 += q0_3 * k0_0;
s3_1 += q0_3 * k0_1;
s3_2 += q0_3 * k0_2;
s3_3 += q0_3 * k0_3;
s3_4 += q0_3 * k0_4;
s3_5 += q0_3 * k0_5;
s3_6 += q0_3 * k0_6;
s3_7 += q0_3 * k0_7;
float k1_0 = stage[kb + 64];
float k1_1 = stage[kb + 65];
float k1_2 = stage[kb + 66];
float k1_3 = stage[kb + 67];
float k1_4 = stage[kb + 96];
float k1_5 = stage[kb + 97];
float k1_6 = stage[kb + 98];
float k1_7 = stage[kb + 99];
float q1_0 = stage[qb + 64];
float q1_1 = stage[qb + 65];
float q1_2 = stage[qb + 66];
float q1_3 = stage[qb + 67];
s0_0 += q1_0 * k1_0;
s0_1 += q1_0 * k1_1;
s0_2 += q1_0 * k1_2;
s0_3 += q1_0 * k1_3;
s0_4 += q1_0 * k1_4;
s0_5 += q1_0 * k1_5;
s0_6 += q1_0 * k1_6;
s0_7 += q1_0 * k1_7;
s1_0 += q1_1 * k1_0;
s1_1 += q1_1 * k1_1;
s1_2 += q1_1 * k1_2;
s1_3 += q1_1 * k1_3;
s1_4 += q1_1 * k1_4;
s1_5 += q1_1 * k1_5;
s1_6 += q1_1 * k1_6;
s1_7 += q1_1 * k1_7;
s2_0 += q1_2 * k1_0;
s2_1 += q1_2 * k1_1;
s2_2 += q1_2 * k1_2;
s2_3 += q1_2 * k1_3;
s2_4 += q1_2 * k1_4;
s2_5 += q1_2 * k1_5;
s2_6 += q1_2 * k1_6;
s2_7 += q1_2 * k1_7;
s3_0 += q1_3 * k1_0;
s3_1 += q1_3 * k1_1;
s3_2 += q1_3 * k1_2;
s3_3 += q1_3 * k1_3;
s3_4 += q1_3 * k1_4;
s3_5 += q1_3 * k1_5;
s3_6 += q1_3 * k1_6;
s3_7 += q1_3 * k1_7;
float k2_0 = stage[kb + 128];
float k2_1 = stage[kb + 129];
float k2_2 = stage[kb + 130];
float k2_3 = stage[kb + 131];
float k2_4 = stage[kb + 160];
float k2_5 = stage[kb + 161];
float k2_6 = stage[kb + 162];
float k2_7 = stage[kb + 163];
float q2_0 = stage[qb + 128];
float q2_1 = stage[qb + 129];
float q2_2 = stage[qb + 130];
float q2_3 = stage[qb + 131];
s0_0 += q2_0 * k2_0;
s0_1 += q2_0 * k2_1;
s0_2 += q2_0 * k2_2;
s0_3 += q2_0 * k2_3;
s0_4 += q2_0 * k2_4;
s0_5 += q2_0 * k2_5;
s0_6 += q2_0 * k2_6;
s0_7 += q2_0 * k2_7;
s1_0 += q2_1 * k2_0;
s1_1 += q2_1 * k2_1;
s1_2 += q2_1 * k2_2;
s1_3 += q2_1 * k2_3;
s1_4 += q2_1 * k2_4;
s1_5 += q2_1 * k2_5;
s1_6 += q2_1 * k2_6;
s1_7 += q2_1 * k2_7;
s2_0 += q2_2 * k2_0;
s2_1 += q2_2 * k2_1;
s2_2 += q2_2 * k2_2;
s2_3 += q2_2 * k2_3;
s2_4 += q2_2 * k2_4;
s2_5 += q2_2 * k2_5;
s2_6 += q2_2 * k2_6;
s2_7 += q2_2 * k2_7;
s3_0 += q2_3 * k2_0;
s3_1 += q2_3 * k2_1;
s3_2 += q2_3 * k2_2;
s3_3 += q2_3 * k2_3;
s3_4 += q2_3 * k2_4;
s3_5 += q2_3 * k2_5;
s3_6 += q2_3 * k2_6;
s3_7 += q2_3 * k2_7;
float k3_0 = stage[kb + 192];
float k3_1 = stage[kb + 193];
float k3_2 = stage[kb + 194];
float k3_3 = stage[kb + 195];
float k3_4 = stage[kb + 224];
float k3_5 = stage[kb + 225];
float k3_6 = stage[kb + 226];
float k3_7 = stage[kb + 227];
float q3_0 = stage[qb + 192];
float q3_1 = stage[qb + 193];
float q3_2 = stage[qb + 194];
float q3_3 = stage[qb + 195];
s0_0 += q3_0 * k3_0;
s0_1 += q3_0 * k3_1;
s0_2 += q3_0 * k3_2;
s0_3 += q3_0 * k3_3;
s0_4 += q3_0 * k3_4;
s0_5 += q3_0 * k3_5;
s0_6 += q3_0 * k3_6;
s0_7 += q3_0 * k3_7;
s1_0 += q3_1 * k3_0;
s1_1 += q3_1 * k3_1;
s1_2 += q3_1 * k3_2;
s1_3 += q3_1 * k3_3;
s1_4 += q3_1 * k3_4;
s1_5 += q3_1 * k3_5;
s1_6 += q3_1 * k3_6;
s1_7 += q3_1 * k3_7;
s2_0 += q3_2 * k3_0;
s2_1 += q3_2 * k3_1;
s2_2 += q3_2 * k3_2;
s2_3 += q3_2 * k3_3;
s2_4 += q3_2 * k3_4;
s2_5 += q3_2 * k3_5;
s2_6 += q3_2 * k3_6;
s2_7 += q3_2 * k3_7;
s3_0 += q3_3 * k3_0;
s3_1 += q3_3 * k3_1;
s3_2 += q3_3 * k3_2;
s3_3 += q3_3 * k3_3;
s3_4 += q3_3 * k3_4;
s3_5 += q3_3 * k3_5;
s3_6 += q3_3 * k3_6;
s3_7 += q3_3 * k3_7;
kb += 256;
qb += 256;
}
stage[2048 - from + lid + 0] = a0;
stage[2048 - from + lid + 128] = a1;
stage[2048 - from + lid + 256] = a2;
stage[2048 - from + lid + 384] = a3;
stage[2048 - from + lid + 512] = a4;
stage[2048 - from + lid + 640] = a5;
stage[2048 - from + lid + 768] = a6;
stage[2048 - from + lid + 896] = a7;
stage[2048 - from + lid + 1024] = a8;
stage[2048 - from + lid + 1152] = a9;
stage[2048 - from + lid + 1280] = a10;
stage[2048 - from + lid + 1408] = a11;
stage[2048 - from + lid + 1536] = a12;
stage[2048 - from + lid + 1664] = a13;
stage[2048 - from + lid + 1792] = a14;
stage[2048 - from + lid + 1920] = a15;
c.localBarrier();
}
{
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int valueChunk = keyFrom + (0) * 2048;
a0 = v.get(valueChunk + 0);
a1 = v.get(valueChunk + 128);
a2 = v.get(valueChunk + 256);
a3 = v.get(valueChunk + 384);
a4 = v.get(valueChunk + 512);
a5 = v.get(valueChunk + 640);
a6 = v.get(valueChunk + 768);
a7 = v.get(valueChunk + 896);
a8 = v.get(valueChunk + 1024);
a9 = v.get(valueChunk + 1152);
a10 = v.get(valueChunk + 1280);
a11 = v.get(valueChunk + 1408);
a12 = v.get(valueChunk + 1536);
a13 = v.get(valueChunk + 1664);
a14 = v.get(valueChunk + 1792);
a15 = v.get(valueChunk + 1920);
int kb = 2048 + tx * 4;
int qb = 2048 + 1024 + ty * 4;
for (int d = 0; d < 16; d += 4) {
float k0_0 = stage[kb + 0];
float k0_1 = stage[kb + 1];
float k0_2 = stage[kb + 2];
float k0_3 = stage[kb + 3];
float k0_4 = stage[kb + 32];
float k0_5 = stage[kb + 33];
float k0_6 = stage[kb + 34];
float k0_7 = stage[kb + 35];
float q0_0 = stage[qb + 0];
float q0_1 = stage[qb + 1];
float q0_2 = stage[qb + 2];
float q0_3 = stage[qb + 3];
s0_0 += q0_0 * k0_0;
s0_1 += q0_0 * k0_1;
s0_2 += q0_0 * k0_2;
s0_3 += q0_0 * k0_3;
s0_4 += q0_0 * k0_4;
s0_5 += q0_0 * k0_5;
s0_6 += q0_0 * k0_6;
s0_7 += q0_0 * k0_7;
s1_0 += q0_1 * k0_0;
s1_1 += q0_1 * k0_1;
s1_2 += q0_1 * k0_2;
s1_3 += q0_1 * k0_3;
s1_4 += q0_1 * k0_4;
s1_5 += q0_1 * k0_5;
s1_6 += q0_1 * k0_6;
s1_7 += q0_1 * k0_7;
s2_0 += q0_2 * k0_0;
s2_1 += q0_2 * k0_1;
s2_2 += q0_2 * k0_2;
s2_3 += q0_2 * k0_3;
s2_4 += q0_2 * k0_4;
s2_5 += q0_2 * k0_5;
s2_6 += q0_2 * k0_6;
s2_7 += q0_2 * k0_7;
s3_0 += q0_3 * k0_0;
s3_1 += q0_3 * k0_1;
s3_2 += q0_3 * k0_2;
s3_3 += q0_3 * k0_3;
s3_4 += q0_3 * k0_4;
s3_5 += q0_3 * k0_5;
s3_6 += q0_3 * k0_6;
s3_7 += q0_3 * k0_7;
float k1_0 = stage[kb + 64];
float k1_1 = stage[kb + 65];
float k1_2 = stage[kb + 66];
float k1_3 = stage[kb + 67];
float k1_4 = stage[kb + 96];
float k1_5 = stage[kb + 97];
float k1_6 = stage[kb + 98];
float k1_7 = stage[kb + 99];
float q1_0 = stage[qb + 64];
float q1_1 = stage[qb + 65];
float q1_2 = stage[qb + 66];
float q1_3 = stage[qb + 67];
s0_0 += q1_0 * k1_0;
s0_1 += q1_0 * k1_1;
s0_2 += q1_0 * k1_2;
s0_3 += q1_0 * k1_3;
s0_4 += q1_0 * k1_4;
s0_5 += q1_0 * k1_5;
s0_6 += q1_0 * k1_6;
s0_7 += q1_0 * k1_7;
s1_0 += q1_1 * k1_0;
s1_1 += q1_1 * k1_1;
s1_2 += q1_1 * k1_2;
s1_3 += q1_1 * k1_3;
s1_4 += q1_1 * k1_4;
s1_5 += q1_1 * k1_5;
s1_6 += q1_1 * k1_6;
s1_7 += q1_1 * k1_7;
s2_0 += q1_2 * k1_0;
s2_1 += q1_2 * k1_1;
s2_2 += q1_2 * k1_2;
s2_3 += q1_2 * k1_3;
s2_4 += q1_2 * k1_4;
s2_5 += q1_2 * k1_5;
s2_6 += q1_2 * k1_6;
s2_7 += q1_2 * k1_7;
s3_0 += q1_3 * k1_0;
s3_1 += q1_3 * k1_1;
s3_2 += q1_3 * k1_2;
s3_3 += q1_3 * k1_3;
s3_4 += q1_3 * k1_4;
s3_5 += q1_3 * k1_5;
s3_6 += q1_3 * k1_6;
s3_7 += q1_3 * k1_7;
float k2_0 = stage[kb + 128];
float k2_1 = stage[kb + 129];
float k2_2 = stage[kb + 130];
float k2_3 = stage[kb + 131];
float k2_4 = stage[kb + 160];
float k2_5 = stage[kb + 161];
float k2_6 = stage[kb + 162];
float k2_7 = stage[kb + 163];
float q2_0 = stage[qb + 128];
float q2_1 = stage[qb + 129];
float q2_2 = stage[qb + 130];
float q2_3 = stage[qb + 131];
s0_0 += q2_0 * k2_0;
s0_1 += q2_0 * k2_1;
s0_2 += q2_0 * k2_2;
s0_3 += q2_0 * k2_3;
s0_4 += q2_0 * k2_4;
s0_5 += q2_0 * k2_5;
s0_6 += q2_0 * k2_6;
s0_7 += q2_0 * k2_7;
s1_0 += q2_1 * k2_0;
s1_1 += q2_1 * k2_1;
s1_2 += q2_1 * k2_2;
s1_3 += q2_1 * k2_3;
s1_4 += q2_1 * k2_4;
s1_5 += q2_1 * k2_5;
s1_6 += q2_1 * k2_6;
s1_7 += q2_1 * k2_7;
s2_0 += q2_2 * k2_0;
s2_1 += q2_2 * k2_1;
s2_2 += q2_2 * k2_2;
s2_3 += q2_2 * k2_3;
s2_4 += q2_2 * k2_4;
s2_5 += q2_2 * k2_5;
s2_6 += q2_2 * k2_6;
s2_7 += q2_2 * k2_7;
s3_0 += q2_3 * k2_0;
s3_1 += q2_3 * k2_1;
s3_2 += q2_3 * k2_2;
s3_3 += q2_3 * k2_3;
s3_4 += q2_3 * k2_4;
s3_5 += q2_3 * k2_5;
s3_6 += q2_3 * k2_6;
s3_7 += q2_3 * k2_7;
float k3_0 = stage[kb + 192];
float k3_1 = stage[kb + 193];
float k3_2 = stage[kb + 194];
float k3_3 = stage[kb + 195];
float k3_4 = stage[kb + 224];
float k3_5 = stage[kb + 225];
float k3_6 = stage[kb + 226];
float k3_7 = stage[kb + 227];
float q3_0 = stage[qb + 192];
float q3_1 = stage[qb + 193];
float q3_2 = stage[qb + 194];
float q3_3 = stage[qb + 195];
s0_0 += q3_0 * k3_0;
s0_1 += q3_0 * k3_1;
s0_2 += q3_0 * k3_2;
s0_3 += q3_0 * k3_3;
s0_4 += q3_0 * k3_4;
s0_5 += q3_0 * k3_5;
s0_6 += q3_0 * k3_6;
s0_7 += q3_0 * k3_7;
s1_0 += q3_1 * k3_0;
s1_1 += q3_1 * k3_1;
s1_2 += q3_1 * k3_2;
s1_3 += q3_1 * k3_3;
s1_4 += q3_1 * k3_4;
s1_5 += q3_1 * k3_5;
s1_6 += q3_1 * k3_6;
s1_7 += q3_1 * k3_7;
s2_0 += q3_2 * k3_0;
s2_1 += q3_2 * k3_1;
s2_2 += q3_2 * k3_2;
s2_3 += q3_2 * k3_3;
s2_4 += q3_2 * k3_4;
s2_5 += q3_2 * k3_5;
s2_6 += q3_2 * k3_6;
s2_7 += q3_2 * k3_7;
s3_0 += q3_3 * k3_0;
s3_1 += q3_3 * k3_1;
s3_2 += q3_3 * k3_2;
s3_3 += q3_3 * k3_3;
s3_4 += q3_3 * k3_4;
s3_5 += q3_3 * k3_5;
s3_6 += q3_3 * k3_6;
s3_7 += q3_3 * k3_7;
kb += 256;
qb += 256;
}
stage[0 + lid + 0] = a0;
stage[0 + lid + 128] = a1;
stage[0 + lid + 256] = a2;
stage[0 + lid + 384] = a3;
stage[0 + lid + 512] = a4;
stage[0 + lid + 640] = a5;
stage[0 + lid + 768] = a6;
stage[0 + lid + 896] = a7;
stage[0 + lid + 1024] = a8;
stage[0 + lid + 1152] = a9;
stage[0 + lid + 1280] = a10;
stage[0 + lid + 1408] = a11;
stage[0 + lid + 1536] = a12;
stage[0 + lid + 1664] = a13;
stage[0 + lid + 1792] = a14;
stage[0 + lid + 1920] = a15;
}
if (careful != 0) {
for (int i = lid; i < 2048; i += 128) {
float value = stage[0 + i];
stage[0 + i] = KernelMath.finite(value) != 0 ? value : 0f;
}
}
if (capped != 0) {
float cap = scalars.get(KernelShape.SOFTCAP);
s0_0 = KernelMath.capped(s0_0, cap);
s0_1 = KernelMath.capped(s0_1, cap);
s0_2 = KernelMath.capped(s0_2, cap);
s0_3 = KernelMath.capped(s0_3, cap);
s0_4 = KernelMath.capped(s0_4, cap);
s0_5 = KernelMath.capped(s0_5, cap);
s0_6 = KernelMath.capped(s0_6, cap);
s0_7 = KernelMath.capped(s0_7, cap);
s1_0 = KernelMath.capped(s1_0, cap);
s1_1 = KernelMath.capped(s1_1, cap);
s1_2 = KernelMath.capped(s1_2, cap);
s1_3 = KernelMath.capped(s1_3, cap);
s1_4 = KernelMath.capped(s1_4, cap);
s1_5 = KernelMath.capped(s1_5, cap);
s1_6 = KernelMath.capped(s1_6, cap);
s1_7 = KernelMath.capped(s1_7, cap);
s2_0 = KernelMath.capped(s2_0, cap);
s2_1 = KernelMath.capped(s2_1, cap);
s2_2 = KernelMath.capped(s2_2, cap);
s2_3 = KernelMath.capped(s2_3, cap);
s2_4 = KernelMath.capped(s2_4, cap);
s2_5 = KernelMath.capped(s2_5, cap);
s2_6 = KernelMath.capped(s2_6, cap);
s2_7 = KernelMath.capped(s2_7, cap);
s3_0 = KernelMath.capped(s3_0, cap);
s3_1 = KernelMath.capped(s3_1, cap);
s3_2 = KernelMath.capped(s3_2, cap);
s3_3 = KernelMath.capped(s3_3, cap);
s3_4 = KernelMath.capped(s3_4, cap);
s3_5 = KernelMath.capped(s3_5, cap);
s3_6 = KernelMath.capped(s3_6, cap);
s3_7 = KernelMath.capped(s3_7, cap);
}
// Distance of the thread's first key from its first row.
int distance = key + tx * 4 * keyStride - position - ty * 4 * queryStride;
if (biased != 0) {
float tileSlope = keyJoint != 0 ? 0f : slope;
s0_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 0 * queryStride);
s0_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 0 * queryStride);
s0_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 0 * queryStride);
s0_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 0 * queryStride);
s0_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 0 * queryStride);
s0_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 0 * queryStride);
s0_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 0 * queryStride);
s0_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 0 * queryStride);
s1_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 1 * queryStride);
s1_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 1 * queryStride);
s1_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 1 * queryStride);
s1_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 1 * queryStride);
s1_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 1 * queryStride);
s1_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 1 * queryStride);
s1_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 1 * queryStride);
s1_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 1 * queryStride);
s2_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 2 * queryStride);
s2_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 2 * queryStride);
s2_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 2 * queryStride);
s2_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 2 * queryStride);
s2_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 2 * queryStride);
s2_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 2 * queryStride);
s2_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 2 * queryStride);
s2_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 2 * queryStride);
s3_0 -= tileSlope * TornadoMath.abs(distance + 0 * keyStride - 3 * queryStride);
s3_1 -= tileSlope * TornadoMath.abs(distance + 1 * keyStride - 3 * queryStride);
s3_2 -= tileSlope * TornadoMath.abs(distance + 2 * keyStride - 3 * queryStride);
s3_3 -= tileSlope * TornadoMath.abs(distance + 3 * keyStride - 3 * queryStride);
s3_4 -= tileSlope * TornadoMath.abs(distance + 32 * keyStride - 3 * queryStride);
s3_5 -= tileSlope * TornadoMath.abs(distance + 33 * keyStride - 3 * queryStride);
s3_6 -= tileSlope * TornadoMath.abs(distance + 34 * keyStride - 3 * queryStride);
s3_7 -= tileSlope * TornadoMath.abs(distance + 35 * keyStride - 3 * queryStride);
}
if (partial != 0) {
int beyond0 = tx * 4 + 0 < keyCount ? 0 : 1;
int beyond1 = tx * 4 + 1 < keyCount ? 0 : 1;
int beyond2 = tx * 4 + 2 < keyCount ? 0 : 1;
int beyond3 = tx * 4 + 3 < keyCount ? 0 : 1;
int beyond4 = tx * 4 + 32 < keyCount ? 0 : 1;
int beyond5 = tx * 4 + 33 < keyCount ? 0 : 1;
int beyond6 = tx * 4 + 34 < keyCount ? 0 : 1;
int beyond7 = tx * 4 + 35 < keyCount ? 0 : 1;
int h0_0 = beyond0;
if (masked != 0) {
int d0_0 = distance + 0 * keyStride - 0 * queryStride;
h0_0 = d0_0 < lowest ? h0_0 | (1 - free) : h0_0;
h0_0 = d0_0 > highest ? h0_0 | (1 - free) : h0_0;
}
s0_0 = h0_0 != 0 ? none : s0_0;
int h0_1 = beyond1;
if (masked != 0) {
int d0_1 = distance + 1 * keyStride - 0 * queryStride;
h0_1 = d0_1 < lowest ? h0_1 | (1 - free) : h0_1;
h0_1 = d0_1 > highest ? h0_1 | (1 - free) : h0_1;
}
s0_1 = h0_1 != 0 ? none : s0_1;
int h0_2 = beyond2;
if (masked != 0) {
int d0_2 = distance + 2 * keyStride - 0 * queryStride;
h0_2 = d0_2 < lowest ? h0_2 | (1 - free) : h0_2;
h0_2 = d0_2 > highest ? h0_2 | (1 - free) : h0_2;
}
s0_2 = h0_2 != 0 ? none : s0_2;
int h0_3 = beyond3;
if (masked != 0) {
int d0_3 = distance + 3 * keyStride - 0 * queryStride;
h0_3 = d0_3 < lowest ? h0_3 | (1 - free) : h0_3;
h0_3 = d0_3 > highest ? h0_3 | (1 - free) : h0_3;
}
s0_3 = h0_3 != 0 ? none : s0_3;
int h0_4 = beyond4;
if (masked != 0) {
int d0_4 = distance + 32 * keyStride - 0 * queryStride;
h0_4 = d0_4 < lowest ? h0_4 | (1 - free) : h0_4;
h0_4 = d0_4 > highest ? h0_4 | (1 - free) : h0_4;
}
s0_4 = h0_4 != 0 ? none : s0_4;
int h0_5 = beyond5;
if (masked != 0) {
int d0_5 = distance + 33 * keyStride - 0 * queryStride;
h0_5 = d0_5 < lowest ? h0_5 | (1 - free) : h0_5;
h0_5 = d0_5 > highest ? h0_5 | (1 - free) : h0_5;
}
s0_5 = h0_5 != 0 ? none : s0_5;
int h0_6 = beyond6;
if (masked != 0) {
int d0_6 = distance + 34 * keyStride - 0 * queryStride;
h0_6 = d0_6 < lowest ? h0_6 | (1 - free) : h0_6;
h0_6 = d0_6 > highest ? h0_6 | (1 - free) : h0_6;
}
s0_6 = h0_6 != 0 ? none : s0_6;
int h0_7 = beyond7;
if (masked != 0) {
int d0_7 = distance + 35 * keyStride - 0 * queryStride;
h0_7 = d0_7 < lowest ? h0_7 | (1 - free) : h0_7;
h0_7 = d0_7 > highest ? h0_7 | (1 - free) : h0_7;
}
s0_7 = h0_7 != 0 ? none : s0_7;
int h1_0 = beyond0;
if (masked != 0) {
int d1_0 = distance + 0 * keyStride - 1 * queryStride;
h1_0 = d1_0 < lowest ? h1_0 | (1 - free) : h1_0;
h1_0 = d1_0 > highest ? h1_0 | (1 - free) : h1_0;
}
s1_0 = h1_0 != 0 ? none : s1_0;
int h1_1 = beyond1;
if (masked != 0) {
int d1_1 = distance + 1 * keyStride - 1 * queryStride;
h1_1 = d1_1 < lowest ? h1_1 | (1 - free) : h1_1;
h1_1 = d1_1 > highest ? h1_1 | (1 - free) : h1_1;
}
s1_1 = h1_1 != 0 ? none : s1_1;
int h1_2 = beyond2;
if (masked != 0) {
int d1_2 = distance + 2 * keyStride - 1 * queryStride;
h1_2 = d1_2 < lowest ? h1_2 | (1 - free) : h1_2;
h1_2 = d1_2 > highest ? h1_2 | (1 - free) : h1_2;
}
s1_2 = h1_2 != 0 ? none : s1_2;
int h1_3 = beyond3;
if (masked != 0) {
int d1_3 = distance + 3 * keyStride - 1 * queryStride;
h1_3 = d1_3 < lowest ? h1_3 | (1 - free) : h1_3;
h1_3 = d1_3 > highest ? h1_3 | (1 - free) : h1_3;
}
s1_3 = h1_3 != 0 ? none : s1_3;
int h1_4 = beyond4;
if (masked != 0) {
int d1_4 = distance + 32 * keyStride - 1 * queryStride;
h1_4 = d1_4 < lowest ? h1_4 | (1 - free) : h1_4;
h1_4 = d1_4 > highest ? h1_4 | (1 - free) : h1_4;
}
s1_4 = h1_4 != 0 ? none : s1_4;
int h1_5 = beyond5;
if (masked != 0) {
int d1_5 = distance + 33 * keyStride - 1 * queryStride;
h1_5 = d1_5 < lowest ? h1_5 | (1 - free) : h1_5;
h1_5 = d1_5 > highest ? h1_5 | (1 - free) : h1_5;
}
s1_5 = h1_5 != 0 ? none : s1_5;
int h1_6 = beyond6;
if (masked != 0) {
int d1_6 = distance + 34 * keyStride - 1 * queryStride;
h1_6 = d1_6 < lowest ? h1_6 | (1 - free) : h1_6;
h1_6 = d1_6 > highest ? h1_6 | (1 - free) : h1_6;
}
s1_6 = h1_6 != 0 ? none : s1_6;
int h1_7 = beyond7;
if (masked != 0) {
int d1_7 = distance + 35 * keyStride - 1 * queryStride;
h1_7 = d1_7 < lowest ? h1_7 | (1 - free) : h1_7;
h1_7 = d1_7 > highest ? h1_7 | (1 - free) : h1_7;
}
s1_7 = h1_7 != 0 ? none : s1_7;
int h2_0 = beyond0;
if (masked != 0) {
int d2_0 = distance + 0 * keyStride - 2 * queryStride;
h2_0 = d2_0 < lowest ? h2_0 | (1 - free) : h2_0;
h2_0 = d2_0 > highest ? h2_0 | (1 - free) : h2_0;
}
s2_0 = h2_0 != 0 ? none : s2_0;
int h2_1 = beyond1;
if (masked != 0) {
int d2_1 = distance + 1 * keyStride - 2 * queryStride;
h2_1 = d2_1 < lowest ? h2_1 | (1 - free) : h2_1;
h2_1 = d2_1 > highest ? h2_1 | (1 - free) : h2_1;
}
s2_1 = h2_1 != 0 ? none : s2_1;
int h2_2 = beyond2;
if (masked != 0) {
int d2_2 = distance + 2 * keyStride - 2 * queryStride;
h2_2 = d2_2 < lowest ? h2_2 | (1 - free) : h2_2;
h2_2 = d2_2 > highest ? h2_2 | (1 - free) : h2_2;
}
s2_2 = h2_2 != 0 ? none : s2_2;
int h2_3 = beyond3;
if (masked != 0) {
int d2_3 = distance + 3 * keyStride - 2 * queryStride;
h2_3 = d2_3 < lowest ? h2_3 | (1 - free) : h2_3;
h2_3 = d2_3 > highest ? h2_3 | (1 - free) : h2_3;
}
s2_3 = h2_3 != 0 ? none : s2_3;
int h2_4 = beyond4;
if (masked != 0) {
int d2_4 = distance + 32 * keyStride - 2 * queryStride;
h2_4 = d2_4 < lowest ? h2_4 | (1 - free) : h2_4;
h2_4 = d2_4 > highest ? h2_4 | (1 - free) : h2_4;
}
s2_4 = h2_4 != 0 ? none : s2_4;
int h2_5 = beyond5;
if (masked != 0) {
int d2_5 = distance + 33 * keyStride - 2 * queryStride;
h2_5 = d2_5 < lowest ? h2_5 | (1 - free) : h2_5;
h2_5 = d2_5 > highest ? h2_5 | (1 - free) : h2_5;
}
s2_5 = h2_5 != 0 ? none : s2_5;
int h2_6 = beyond6;
if (masked != 0) {
int d2_6 = distance + 34 * keyStride - 2 * queryStride;
h2_6 = d2_6 < lowest ? h2_6 | (1 - free) : h2_6;
h2_6 = d2_6 > highest ? h2_6 | (1 - free) : h2_6;
}
s2_6 = h2_6 != 0 ? none : s2_6;
int h2_7 = beyond7;
if (masked != 0) {
int d2_7 = distance + 35 * keyStride - 2 * queryStride;
h2_7 = d2_7 < lowest ? h2_7 | (1 - free) : h2_7;
h2_7 = d2_7 > highest ? h2_7 | (1 - free) : h2_7;
}
s2_7 = h2_7 != 0 ? none : s2_7;
int h3_0 = beyond0;
if (masked != 0) {
int d3_0 = distance + 0 * keyStride - 3 * queryStride;
h3_0 = d3_0 < lowest ? h3_0 | (1 - free) : h3_0;
h3_0 = d3_0 > highest ? h3_0 | (1 - free) : h3_0;
}
s3_0 = h3_0 != 0 ? none : s3_0;
int h3_1 = beyond1;
if (masked != 0) {
int d3_1 = distance + 1 * keyStride - 3 * queryStride;
h3_1 = d3_1 < lowest ? h3_1 | (1 - free) : h3_1;
h3_1 = d3_1 > highest ? h3_1 | (1 - free) : h3_1;
}
s3_1 = h3_1 != 0 ? none : s3_1;
int h3_2 = beyond2;
if (masked != 0) {
int d3_2 = distance + 2 * keyStride - 3 * queryStride;
h3_2 = d3_2 < lowest ? h3_2 | (1 - free) : h3_2;
h3_2 = d3_2 > highest ? h3_2 | (1 - free) : h3_2;
}
s3_2 = h3_2 != 0 ? none : s3_2;
int h3_3 = beyond3;
if (masked != 0) {
int d3_3 = distance + 3 * keyStride - 3 * queryStride;
h3_3 = d3_3 < lowest ? h3_3 | (1 - free) : h3_3;
h3_3 = d3_3 > highest ? h3_3 | (1 - free) : h3_3;
}
s3_3 = h3_3 != 0 ? none : s3_3;
int h3_4 = beyond4;
if (masked != 0) {
int d3_4 = distance + 32 * keyStride - 3 * queryStride;
h3_4 = d3_4 < lowest ? h3_4 | (1 - free) : h3_4;
h3_4 = d3_4 > highest ? h3_4 | (1 - free) : h3_4;
}
s3_4 = h3_4 != 0 ? none : s3_4;
int h3_5 = beyond5;
if (masked != 0) {
int d3_5 = distance + 33 * keyStride - 3 * queryStride;
h3_5 = d3_5 < lowest ? h3_5 | (1 - free) : h3_5;
h3_5 = d3_5 > highest ? h3_5 | (1 - free) : h3_5;
}
s3_5 = h3_5 != 0 ? none : s3_5;
int h3_6 = beyond6;
if (masked != 0) {
int d3_6 = distance + 34 * keyStride - 3 * queryStride;
h3_6 = d3_6 < lowest ? h3_6 | (1 - free) : h3_6;
h3_6 = d3_6 > highest ? h3_6 | (1 - free) : h3_6;
}
s3_6 = h3_6 != 0 ? none : s3_6;
int h3_7 = beyond7;
if (masked != 0) {
int d3_7 = distance + 35 * keyStride - 3 * queryStride;
h3_7 = d3_7 < lowest ? h3_7 | (1 - free) : h3_7;
h3_7 = d3_7 > highest ? h3_7 | (1 - free) : h3_7;
}
s3_7 = h3_7 != 0 ? none : s3_7;
}
// NaN scores are no maximum.
float x0 = TornadoMath.max(none, s0_0);
x0 = TornadoMath.max(x0, s0_1);
x0 = TornadoMath.max(x0, s0_2);
x0 = TornadoMath.max(x0, s0_3);
x0 = TornadoMath.max(x0, s0_4);
x0 = TornadoMath.max(x0, s0_5);
x0 = TornadoMath.max(x0, s0_6);
x0 = TornadoMath.max(x0, s0_7);
float x1 = TornadoMath.max(none, s1_0);
x1 = TornadoMath.max(x1, s1_1);
x1 = TornadoMath.max(x1, s1_2);
x1 = TornadoMath.max(x1, s1_3);
x1 = TornadoMath.max(x1, s1_4);
x1 = TornadoMath.max(x1, s1_5);
x1 = TornadoMath.max(x1, s1_6);
x1 = TornadoMath.max(x1, s1_7);
float x2 = TornadoMath.max(none, s2_0);
x2 = TornadoMath.max(x2, s2_1);
x2 = TornadoMath.max(x2, s2_2);
x2 = TornadoMath.max(x2, s2_3);
x2 = TornadoMath.max(x2, s2_4);
x2 = TornadoMath.max(x2, s2_5);
x2 = TornadoMath.max(x2, s2_6);
x2 = TornadoMath.max(x2, s2_7);
float x3 = TornadoMath.max(none, s3_0);
x3 = TornadoMath.max(x3, s3_1);
x3 = TornadoMath.max(x3, s3_2);
x3 = TornadoMath.max(x3, s3_3);
x3 = TornadoMath.max(x3, s3_4);
x3 = TornadoMath.max(x3, s3_5);
x3 = TornadoMath.max(x3, s3_6);
x3 = TornadoMath.max(x3, s3_7);
rs[tx * 72 + ty * 4 + 0] = x0;
rs[tx * 72 + ty * 4 + 1] = x1;
rs[tx * 72 + ty * 4 + 2] = x2;
rs[tx * 72 + ty * 4 + 3] = x3;
c.localBarrier();
float n0 = m0;
float n1 = m1;
float n2 = m2;
float n3 = m3;
float y0_0 = rs[ty * 4 + 0];
float y1_0 = rs[ty * 4 + 1];
float y2_0 = rs[ty * 4 + 2];
float y3_0 = rs[ty * 4 + 3];
n0 = TornadoMath.max(n0, y0_0);
n1 = TornadoMath.max(n1, y1_0);
n2 = TornadoMath.max(n2, y2_0);
n3 = TornadoMath.max(n3, y3_0);
float y0_1 = rs[ty * 4 + 72];
float y1_1 = rs[ty * 4 + 73];
float y2_1 = rs[ty * 4 + 74];
float y3_1 = rs[ty * 4 + 75];
n0 = TornadoMath.max(n0, y0_1);
n1 = TornadoMath.max(n1, y1_1);
n2 = TornadoMath.max(n2, y2_1);
n3 = TornadoMath.max(n3, y3_1);
float y0_2 = rs[ty * 4 + 144];
float y1_2 = rs[ty * 4 + 145];
float y2_2 = rs[ty * 4 + 146];
float y3_2 = rs[ty * 4 + 147];
n0 = TornadoMath.max(n0, y0_2);
n1 = TornadoMath.max(n1, y1_2);
n2 = TornadoMath.max(n2, y2_2);
n3 = TornadoMath.max(n3, y3_2);
float y0_3 = rs[ty * 4 + 216];
float y1_3 = rs[ty * 4 + 217];
float y2_3 = rs[ty * 4 + 218];
float y3_3 = rs[ty * 4 + 219];
n0 = TornadoMath.max(n0, y0_3);
n1 = TornadoMath.max(n1, y1_3);
n2 = TornadoMath.max(n2, y2_3);
n3 = TornadoMath.max(n3, y3_3);
float y0_4 = rs[ty * 4 + 288];
float y1_4 = rs[ty * 4 + 289];
float y2_4 = rs[ty * 4 + 290];
float y3_4 = rs[ty * 4 + 291];
n0 = TornadoMath.max(n0, y0_4);
n1 = TornadoMath.max(n1, y1_4);
n2 = TornadoMath.max(n2, y2_4);
n3 = TornadoMath.max(n3, y3_4);
float y0_5 = rs[ty * 4 + 360];
float y1_5 = rs[ty * 4 + 361];
float y2_5 = rs[ty * 4 + 362];
float y3_5 = rs[ty * 4 + 363];
n0 = TornadoMath.max(n0, y0_5);
n1 = TornadoMath.max(n1, y1_5);
n2 = TornadoMath.max(n2, y2_5);
n3 = TornadoMath.max(n3, y3_5);
float y0_6 = rs[ty * 4 + 432];
float y1_6 = rs[ty * 4 + 433];
float y2_6 = rs[ty * 4 + 434];
float y3_6 = rs[ty * 4 + 435];
n0 = TornadoMath.max(n0, y0_6);
n1 = TornadoMath.max(n1, y1_6);
n2 = TornadoMath.max(n2, y2_6);
n3 = TornadoMath.max(n3, y3_6);
float y0_7 = rs[ty * 4 + 504];
float y1_7 = rs[ty * 4 + 505];
float y2_7 = rs[ty * 4 + 506];
float y3_7 = rs[ty * 4 + 507];
n0 = TornadoMath.max(n0, y0_7);
n1 = TornadoMath.max(n1, y1_7);
n2 = TornadoMath.max(n2, y2_7);
n3 = TornadoMath.max(n3, y3_7);
// A row that has seen no key: any finite reference makes all weights 0.
float r0 = TornadoMath.max(n0, -Float.MAX_VALUE);
float f0 = TornadoMath.exp(m0 - r0);
m0 = n0;
l0 *= f0;
// A row that has seen no key: any finite reference makes all weights 0.
float r1 = TornadoMath.max(n1, -Float.MAX_VALUE);
float f1 = TornadoMath.exp(m1 - r1);
m1 = n1;
l1 *= f1;
// A row that has seen no key: any finite reference makes all weights 0.
float r2 = TornadoMath.max(n2, -Float.MAX_VALUE);
float f2 = TornadoMath.exp(m2 - r2);
m2 = n2;
l2 *= f2;
// A row that has seen no key: any finite reference makes all weights 0.
float r3 = TornadoMath.max(n3, -Float.MAX_VALUE);
float f3 = TornadoMath.exp(m3 - r3);
m3 = n3;
l3 *= f3;
if (tx == 0) {
fs[ty * 4 + 0] = f0;
fs[ty * 4 + 1] = f1;
fs[ty * 4 + 2] = f2;
fs[ty * 4 + 3] = f3;
}
int weightTo = tx * 256 + ((ty ^ ((tx << 1) & 14)) << 2);
s0_0 = TornadoMath.exp(s0_0 - r0);
l0 += s0_0;
s1_0 = TornadoMath.exp(s1_0 - r1);
l1 += s1_0;
s2_0 = TornadoMath.exp(s2_0 - r2);
l2 += s2_0;
s3_0 = TornadoMath.exp(s3_0 - r3);
l3 += s3_0;
ps[weightTo + 0] = s0_0;
ps[weightTo + 1] = s1_0;
ps[weightTo + 2] = s2_0;
ps[weightTo + 3] = s3_0;
s0_1 = TornadoMath.exp(s0_1 - r0);
l0 += s0_1;
s1_1 = TornadoMath.exp(s1_1 - r1);
l1 += s1_1;
s2_1 = TornadoMath.exp(s2_1 - r2);
l2 += s2_1;
s3_1 = TornadoMath.exp(s3_1 - r3);
l3 += s3_1;
ps[weightTo + 64] = s0_1;
ps[weightTo + 65] = s1_1;
ps[weightTo + 66] = s2_1;
ps[weightTo + 67] = s3_1;
s0_2 = TornadoMath.exp(s0_2 - r0);
l0 += s0_2;
s1_2 = TornadoMath.exp(s1_2 - r1);
l1 += s1_2;
s2_2 = TornadoMath.exp(s2_2 - r2);
l2 += s2_2;
s3_2 = TornadoMath.exp(s3_2 - r3);
l3 += s3_2;
ps[weightTo + 128] = s0_2;
ps[weightTo + 129] = s1_2;
ps[weightTo + 130] = s2_2;
ps[weightTo + 131] = s3_2;
s0_3 = TornadoMath.exp(s0_3 - r0);
l0 += s0_3;
s1_3 = TornadoMath.exp(s1_3 - r1);
l1 += s1_3;
s2_3 = TornadoMath.exp(s2_3 - r2);
l2 += s2_3;
s3_3 = TornadoMath.exp(s3_3 - r3);
l3 += s3_3;
ps[weightTo + 192] = s0_3;
ps[weightTo + 193] = s1_3;
ps[weightTo + 194] = s2_3;
ps[weightTo + 195] = s3_3;
s0_4 = TornadoMath.exp(s0_4 - r0);
l0 += s0_4;
s1_4 = TornadoMath.exp(s1_4 - r1);
l1 += s1_4;
s2_4 = TornadoMath.exp(s2_4 - r2);
l2 += s2_4;
s3_4 = TornadoMath.exp(s3_4 - r3);
l3 += s3_4;
ps[weightTo + 2048] = s0_4;
ps[weightTo + 2049] = s1_4;
ps[weightTo + 2050] = s2_4;
ps[weightTo + 2051] = s3_4;
s0_5 = TornadoMath.exp(s0_5 - r0);
l0 += s0_5;
s1_5 = TornadoMath.exp(s1_5 - r1);
l1 += s1_5;
s2_5 = TornadoMath.exp(s2_5 - r2);
l2 += s2_5;
s3_5 = TornadoMath.exp(s3_5 - r3);
l3 += s3_5;
ps[weightTo + 2112] = s0_5;
ps[weightTo + 2113] = s1_5;
ps[weightTo + 2114] = s2_5;
ps[weightTo + 2115] = s3_5;
s0_6 = TornadoMath.exp(s0_6 - r0);
l0 += s0_6;
s1_6 = TornadoMath.exp(s1_6 - r1);
l1 += s1_6;
s2_6 = TornadoMath.exp(s2_6 - r2);
l2 += s2_6;
s3_6 = TornadoMath.exp(s3_6 - r3);
l3 += s3_6;
ps[weightTo + 2176] = s0_6;
ps[weightTo + 2177] = s1_6;
ps[weightTo + 2178] = s2_6;
ps[weightTo + 2179] = s3_6;
s0_7 = TornadoMath.exp(s0_7 - r0);
l0 += s0_7;
s1_7 = TornadoMath.exp(s1_7 - r1);
l1 += s1_7;
s2_7 = TornadoMath.exp(s2_7 - r2);
l2 += s2_7;
s3_7 = TornadoMath.exp(s3_7 - r3);
l3 += s3_7;
ps[weightTo + 2240] = s0_7;
ps[weightTo + 2241] = s1_7;
ps[weightTo + 2242] = s2_7;
ps[weightTo + 2243] = s3_7;
c.localBarrier();
if (dropping != 0) {
float keep = scalars.get(KernelShape.KEEP_SCALE);
int threshold = shape.get(KernelShape.DROP_THRESHOLD);
for (int n = lid; n < 4096; n += 128) {
int j = n >> 6;
int r = ((((n >> 2) & 15) ^ ((j >> 1) & 14)) << 2) | (n & 3);
int queryId = (query + r * queryStride) | (queryJoint << 31);
int keyId = (key + j * keyStride) | (keyJoint << 31);
int random = KernelMath.philox(
keyId, queryId, head, shape.get(KernelShape.SEED_LOW), shape.get(KernelShape.SEED_HIGH), dropping);
float kept = ps[n] * keep;
// Not a product with 0: a dropped NaN is gone, too.
ps[n] = (random ^ Integer.MIN_VALUE) < threshold ? 0f : kept;
}
c.localBarrier();
}
float g0 = fs[oy * 4 + 0];
o0_0 *= g0;
o0_1 *= g0;
o0_2 *= g0;
o0_3 *= g0;
o0_4 *= g0;
o0_5 *= g0;
o0_6 *= g0;
o0_7 *= g0;
float g1 = fs[oy * 4 + 1];
o1_0 *= g1;
o1_1 *= g1;
o1_2 *= g1;
o1_3 *= g1;
o1_4 *= g1;
o1_5 *= g1;
o1_6 *= g1;
o1_7 *= g1;
float g2 = fs[oy * 4 + 2];
o2_0 *= g2;
o2_1 *= g2;
o2_2 *= g2;
o2_3 *= g2;
o2_4 *= g2;
o2_5 *= g2;
o2_6 *= g2;
o2_7 *= g2;
float g3 = fs[oy * 4 + 3];
o3_0 *= g3;
o3_1 *= g3;
o3_2 *= g3;
o3_3 *= g3;
o3_4 *= g3;
o3_5 *= g3;
o3_6 *= g3;
o3_7 *= g3;
float g4 = fs[oy * 4 + 32];
o4_0 *= g4;
o4_1 *= g4;
o4_2 *= g4;
o4_3 *= g4;
o4_4 *= g4;
o4_5 *= g4;
o4_6 *= g4;
o4_7 *= g4;
float g5 = fs[oy * 4 + 33];
o5_0 *= g5;
o5_1 *= g5;
o5_2 *= g5;
o5_3 *= g5;
o5_4 *= g5;
o5_5 *= g5;
o5_6 *= g5;
o5_7 *= g5;
float g6 = fs[oy * 4 + 34];
o6_0 *= g6;
o6_1 *= g6;
o6_2 *= g6;
o6_3 *= g6;
o6_4 *= g6;
o6_5 *= g6;
o6_6 *= g6;
o6_7 *= g6;
float g7 = fs[oy * 4 + 35];
o7_0 *= g7;
o7_1 *= g7;
o7_2 *= g7;
o7_3 *= g7;
o7_4 *= g7;
o7_5 *= g7;
o7_6 *= g7;
o7_7 *= g7;
for (int n = 0; n < 3; n++) {
int from = (n & 1) * 2048;
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int valueChunk = keyFrom + (n + 1) * 2048;
a0 = v.get(valueChunk + 0);
a1 = v.get(valueChunk + 128);
a2 = v.get(valueChunk + 256);
a3 = v.get(valueChunk + 384);
a4 = v.get(valueChunk + 512);
a5 = v.get(valueChunk + 640);
a6 = v.get(valueChunk + 768);
a7 = v.get(valueChunk + 896);
a8 = v.get(valueChunk + 1024);
a9 = v.get(valueChunk + 1152);
a10 = v.get(valueChunk + 1280);
a11 = v.get(valueChunk + 1408);
a12 = v.get(valueChunk + 1536);
a13 = v.get(valueChunk + 1664);
a14 = v.get(valueChunk + 1792);
a15 = v.get(valueChunk + 1920);
int vb = from + ox * 4;
for (int g = n * 4; g < n * 4 + 4; g += 1) {
int swap0 = oy ^ (((g + 0) << 1) & 14);
int pb0 = (g + 0) * 256 + (swap0 << 2);
int pc0 = (g + 0) * 256 + ((swap0 ^ 8) << 2);
float p0_0_0 = ps[pb0 + 0];
float p0_0_1 = ps[pb0 + 1];
float p0_0_2 = ps[pb0 + 2];
float p0_0_3 = ps[pb0 + 3];
float p0_0_4 = ps[pc0 + 0];
float p0_0_5 = ps[pc0 + 1];
float p0_0_6 = ps[pc0 + 2];
float p0_0_7 = ps[pc0 + 3];
float v0_0_0 = stage[vb + 0];
float v0_0_1 = stage[vb + 1];
float v0_0_2 = stage[vb + 2];
float v0_0_3 = stage[vb + 3];
float v0_0_4 = stage[vb + 64];
float v0_0_5 = stage[vb + 65];
float v0_0_6 = stage[vb + 66];
float v0_0_7 = stage[vb + 67];
o0_0 += p0_0_0 * v0_0_0;
o0_1 += p0_0_0 * v0_0_1;
o0_2 += p0_0_0 * v0_0_2;
o0_3 += p0_0_0 * v0_0_3;
o0_4 += p0_0_0 * v0_0_4;
o0_5 += p0_0_0 * v0_0_5;
o0_6 += p0_0_0 * v0_0_6;
o0_7 += p0_0_0 * v0_0_7;
o1_0 += p0_0_1 * v0_0_0;
o1_1 += p0_0_1 * v0_0_1;
o1_2 += p0_0_1 * v0_0_2;
o1_3 += p0_0_1 * v0_0_3;
o1_4 += p0_0_1 * v0_0_4;
o1_5 += p0_0_1 * v0_0_5;
o1_6 += p0_0_1 * v0_0_6;
o1_7 += p0_0_1 * v0_0_7;
o2_0 += p0_0_2 * v0_0_0;
o2_1 += p0_0_2 * v0_0_1;
o2_2 += p0_0_2 * v0_0_2;
o2_3 += p0_0_2 * v0_0_3;
o2_4 += p0_0_2 * v0_0_4;
o2_5 += p0_0_2 * v0_0_5;
o2_6 += p0_0_2 * v0_0_6;
o2_7 += p0_0_2 * v0_0_7;
o3_0 += p0_0_3 * v0_0_0;
o3_1 += p0_0_3 * v0_0_1;
o3_2 += p0_0_3 * v0_0_2;
o3_3 += p0_0_3 * v0_0_3;
o3_4 += p0_0_3 * v0_0_4;
o3_5 += p0_0_3 * v0_0_5;
o3_6 += p0_0_3 * v0_0_6;
o3_7 += p0_0_3 * v0_0_7;
o4_0 += p0_0_4 * v0_0_0;
o4_1 += p0_0_4 * v0_0_1;
o4_2 += p0_0_4 * v0_0_2;
o4_3 += p0_0_4 * v0_0_3;
o4_4 += p0_0_4 * v0_0_4;
o4_5 += p0_0_4 * v0_0_5;
o4_6 += p0_0_4 * v0_0_6;
o4_7 += p0_0_4 * v0_0_7;
o5_0 += p0_0_5 * v0_0_0;
o5_1 += p0_0_5 * v0_0_1;
o5_2 += p0_0_5 * v0_0_2;
o5_3 += p0_0_5 * v0_0_3;
o5_4 += p0_0_5 * v0_0_4;
o5_5 += p0_0_5 * v0_0_5;
o5_6 += p0_0_5 * v0_0_6;
o5_7 += p0_0_5 * v0_0_7;
o6_0 += p0_0_6 * v0_0_0;
o6_1 += p0_0_6 * v0_0_1;
o6_2 += p0_0_6 * v0_0_2;
o6_3 += p0_0_6 * v0_0_3;
o6_4 += p0_0_6 * v0_0_4;
o6_5 += p0_0_6 * v0_0_5;
o6_6 += p0_0_6 * v0_0_6;
o6_7 += p0_0_6 * v0_0_7;
o7_0 += p0_0_7 * v0_0_0;
o7_1 += p0_0_7 * v0_0_1;
o7_2 += p0_0_7 * v0_0_2;
o7_3 += p0_0_7 * v0_0_3;
o7_4 += p0_0_7 * v0_0_4;
o7_5 += p0_0_7 * v0_0_5;
o7_6 += p0_0_7 * v0_0_6;
o7_7 += p0_0_7 * v0_0_7;
float p0_1_0 = ps[pb0 + 64];
float p0_1_1 = ps[pb0 + 65];
float p0_1_2 = ps[pb0 + 66];
float p0_1_3 = ps[pb0 + 67];
float p0_1_4 = ps[pc0 + 64];
float p0_1_5 = ps[pc0 + 65];
float p0_1_6 = ps[pc0 + 66];
float p0_1_7 = ps[pc0 + 67];
float v0_1_0 = stage[vb + 128];
float v0_1_1 = stage[vb + 129];
float v0_1_2 = stage[vb + 130];
float v0_1_3 = stage[vb + 131];
float v0_1_4 = stage[vb + 192];
float v0_1_5 = stage[vb + 193];
float v0_1_6 = stage[vb + 194];
float v0_1_7 = stage[vb + 195];
o0_0 += p0_1_0 * v0_1_0;
o0_1 += p0_1_0 * v0_1_1;
o0_2 += p0_1_0 * v0_1_2;
o0_3 += p0_1_0 * v0_1_3;
o0_4 += p0_1_0 * v0_1_4;
o0_5 += p0_1_0 * v0_1_5;
o0_6 += p0_1_0 * v0_1_6;
o0_7 += p0_1_0 * v0_1_7;
o1_0 += p0_1_1 * v0_1_0;
o1_1 += p0_1_1 * v0_1_1;
o1_2 += p0_1_1 * v0_1_2;
o1_3 += p0_1_1 * v0_1_3;
o1_4 += p0_1_1 * v0_1_4;
o1_5 += p0_1_1 * v0_1_5;
o1_6 += p0_1_1 * v0_1_6;
o1_7 += p0_1_1 * v0_1_7;
o2_0 += p0_1_2 * v0_1_0;
o2_1 += p0_1_2 * v0_1_1;
o2_2 += p0_1_2 * v0_1_2;
o2_3 += p0_1_2 * v0_1_3;
o2_4 += p0_1_2 * v0_1_4;
o2_5 += p0_1_2 * v0_1_5;
o2_6 += p0_1_2 * v0_1_6;
o2_7 += p0_1_2 * v0_1_7;
o3_0 += p0_1_3 * v0_1_0;
o3_1 += p0_1_3 * v0_1_1;
o3_2 += p0_1_3 * v0_1_2;
o3_3 += p0_1_3 * v0_1_3;
o3_4 += p0_1_3 * v0_1_4;
o3_5 += p0_1_3 * v0_1_5;
o3_6 += p0_1_3 * v0_1_6;
o3_7 += p0_1_3 * v0_1_7;
o4_0 += p0_1_4 * v0_1_0;
o4_1 += p0_1_4 * v0_1_1;
o4_2 += p0_1_4 * v0_1_2;
o4_3 += p0_1_4 * v0_1_3;
o4_4 += p0_1_4 * v0_1_4;
o4_5 += p0_1_4 * v0_1_5;
o4_6 += p0_1_4 * v0_1_6;
o4_7 += p0_1_4 * v0_1_7;
o5_0 += p0_1_5 * v0_1_0;
o5_1 += p0_1_5 * v0_1_1;
o5_2 += p0_1_5 * v0_1_2;
o5_3 += p0_1_5 * v0_1_3;
o5_4 += p0_1_5 * v0_1_4;
o5_5 += p0_1_5 * v0_1_5;
o5_6 += p0_1_5 * v0_1_6;
o5_7 += p0_1_5 * v0_1_7;
o6_0 += p0_1_6 * v0_1_0;
o6_1 += p0_1_6 * v0_1_1;
o6_2 += p0_1_6 * v0_1_2;
o6_3 += p0_1_6 * v0_1_3;
o6_4 += p0_1_6 * v0_1_4;
o6_5 += p0_1_6 * v0_1_5;
o6_6 += p0_1_6 * v0_1_6;
o6_7 += p0_1_6 * v0_1_7;
o7_0 += p0_1_7 * v0_1_0;
o7_1 += p0_1_7 * v0_1_1;
o7_2 += p0_1_7 * v0_1_2;
o7_3 += p0_1_7 * v0_1_3;
o7_4 += p0_1_7 * v0_1_4;
o7_5 += p0_1_7 * v0_1_5;
o7_6 += p0_1_7 * v0_1_6;
o7_7 += p0_1_7 * v0_1_7;
float p0_2_0 = ps[pb0 + 128];
float p0_2_1 = ps[pb0 + 129];
float p0_2_2 = ps[pb0 + 130];
float p0_2_3 = ps[pb0 + 131];
float p0_2_4 = ps[pc0 + 128];
float p0_2_5 = ps[pc0 + 129];
float p0_2_6 = ps[pc0 + 130];
float p0_2_7 = ps[pc0 + 131];
float v0_2_0 = stage[vb + 256];
float v0_2_1 = stage[vb + 257];
float v0_2_2 = stage[vb + 258];
float v0_2_3 = stage[vb + 259];
float v0_2_4 = stage[vb + 320];
float v0_2_5 = stage[vb + 321];
float v0_2_6 = stage[vb + 322];
float v0_2_7 = stage[vb + 323];
o0_0 += p0_2_0 * v0_2_0;
o0_1 += p0_2_0 * v0_2_1;
o0_2 += p0_2_0 * v0_2_2;
o0_3 += p0_2_0 * v0_2_3;
o0_4 += p0_2_0 * v0_2_4;
o0_5 += p0_2_0 * v0_2_5;
o0_6 += p0_2_0 * v0_2_6;
o0_7 += p0_2_0 * v0_2_7;
o1_0 += p0_2_1 * v0_2_0;
o1_1 += p0_2_1 * v0_2_1;
o1_2 += p0_2_1 * v0_2_2;
o1_3 += p0_2_1 * v0_2_3;
o1_4 += p0_2_1 * v0_2_4;
o1_5 += p0_2_1 * v0_2_5;
o1_6 += p0_2_1 * v0_2_6;
o1_7 += p0_2_1 * v0_2_7;
o2_0 += p0_2_2 * v0_2_0;
o2_1 += p0_2_2 * v0_2_1;
o2_2 += p0_2_2 * v0_2_2;
o2_3 += p0_2_2 * v0_2_3;
o2_4 += p0_2_2 * v0_2_4;
o2_5 += p0_2_2 * v0_2_5;
o2_6 += p0_2_2 * v0_2_6;
o2_7 += p0_2_2 * v0_2_7;
o3_0 += p0_2_3 * v0_2_0;
o3_1 += p0_2_3 * v0_2_1;
o3_2 += p0_2_3 * v0_2_2;
o3_3 += p0_2_3 * v0_2_3;
o3_4 += p0_2_3 * v0_2_4;
o3_5 += p0_2_3 * v0_2_5;
o3_6 += p0_2_3 * v0_2_6;
o3_7 += p0_2_3 * v0_2_7;
o4_0 += p0_2_4 * v0_2_0;
o4_1 += p0_2_4 * v0_2_1;
o4_2 += p0_2_4 * v0_2_2;
o4_3 += p0_2_4 * v0_2_3;
o4_4 += p0_2_4 * v0_2_4;
o4_5 += p0_2_4 * v0_2_5;
o4_6 += p0_2_4 * v0_2_6;
o4_7 += p0_2_4 * v0_2_7;
o5_0 += p0_2_5 * v0_2_0;
o5_1 += p0_2_5 * v0_2_1;
o5_2 += p0_2_5 * v0_2_2;
o5_3 += p0_2_5 * v0_2_3;
o5_4 += p0_2_5 * v0_2_4;
o5_5 += p0_2_5 * v0_2_5;
o5_6 += p0_2_5 * v0_2_6;
o5_7 += p0_2_5 * v0_2_7;
o6_0 += p0_2_6 * v0_2_0;
o6_1 += p0_2_6 * v0_2_1;
o6_2 += p0_2_6 * v0_2_2;
o6_3 += p0_2_6 * v0_2_3;
o6_4 += p0_2_6 * v0_2_4;
o6_5 += p0_2_6 * v0_2_5;
o6_6 += p0_2_6 * v0_2_6;
o6_7 += p0_2_6 * v0_2_7;
o7_0 += p0_2_7 * v0_2_0;
o7_1 += p0_2_7 * v0_2_1;
o7_2 += p0_2_7 * v0_2_2;
o7_3 += p0_2_7 * v0_2_3;
o7_4 += p0_2_7 * v0_2_4;
o7_5 += p0_2_7 * v0_2_5;
o7_6 += p0_2_7 * v0_2_6;
o7_7 += p0_2_7 * v0_2_7;
float p0_3_0 = ps[pb0 + 192];
float p0_3_1 = ps[pb0 + 193];
float p0_3_2 = ps[pb0 + 194];
float p0_3_3 = ps[pb0 + 195];
float p0_3_4 = ps[pc0 + 192];
float p0_3_5 = ps[pc0 + 193];
float p0_3_6 = ps[pc0 + 194];
float p0_3_7 = ps[pc0 + 195];
float v0_3_0 = stage[vb + 384];
float v0_3_1 = stage[vb + 385];
float v0_3_2 = stage[vb + 386];
float v0_3_3 = stage[vb + 387];
float v0_3_4 = stage[vb + 448];
float v0_3_5 = stage[vb + 449];
float v0_3_6 = stage[vb + 450];
float v0_3_7 = stage[vb + 451];
o0_0 += p0_3_0 * v0_3_0;
o0_1 += p0_3_0 * v0_3_1;
o0_2 += p0_3_0 * v0_3_2;
o0_3 += p0_3_0 * v0_3_3;
o0_4 += p0_3_0 * v0_3_4;
o0_5 += p0_3_0 * v0_3_5;
o0_6 += p0_3_0 * v0_3_6;
o0_7 += p0_3_0 * v0_3_7;
o1_0 += p0_3_1 * v0_3_0;
o1_1 += p0_3_1 * v0_3_1;
o1_2 += p0_3_1 * v0_3_2;
o1_3 += p0_3_1 * v0_3_3;
o1_4 += p0_3_1 * v0_3_4;
o1_5 += p0_3_1 * v0_3_5;
o1_6 += p0_3_1 * v0_3_6;
o1_7 += p0_3_1 * v0_3_7;
o2_0 += p0_3_2 * v0_3_0;
o2_1 += p0_3_2 * v0_3_1;
o2_2 += p0_3_2 * v0_3_2;
o2_3 += p0_3_2 * v0_3_3;
o2_4 += p0_3_2 * v0_3_4;
o2_5 += p0_3_2 * v0_3_5;
o2_6 += p0_3_2 * v0_3_6;
o2_7 += p0_3_2 * v0_3_7;
o3_0 += p0_3_3 * v0_3_0;
o3_1 += p0_3_3 * v0_3_1;
o3_2 += p0_3_3 * v0_3_2;
o3_3 += p0_3_3 * v0_3_3;
o3_4 += p0_3_3 * v0_3_4;
o3_5 += p0_3_3 * v0_3_5;
o3_6 += p0_3_3 * v0_3_6;
o3_7 += p0_3_3 * v0_3_7;
o4_0 += p0_3_4 * v0_3_0;
o4_1 += p0_3_4 * v0_3_1;
o4_2 += p0_3_4 * v0_3_2;
o4_3 += p0_3_4 * v0_3_3;
o4_4 += p0_3_4 * v0_3_4;
o4_5 += p0_3_4 * v0_3_5;
o4_6 += p0_3_4 * v0_3_6;
o4_7 += p0_3_4 * v0_3_7;
o5_0 += p0_3_5 * v0_3_0;
o5_1 += p0_3_5 * v0_3_1;
o5_2 += p0_3_5 * v0_3_2;
o5_3 += p0_3_5 * v0_3_3;
o5_4 += p0_3_5 * v0_3_4;
o5_5 += p0_3_5 * v0_3_5;
o5_6 += p0_3_5 * v0_3_6;
o5_7 += p0_3_5 * v0_3_7;
o6_0 += p0_3_6 * v0_3_0;
o6_1 += p0_3_6 * v0_3_1;
o6_2 += p0_3_6 * v0_3_2;
o6_3 += p0_3_6 * v0_3_3;
o6_4 += p0_3_6 * v0_3_4;
o6_5 += p0_3_6 * v0_3_5;
o6_6 += p0_3_6 * v0_3_6;
o6_7 += p0_3_6 * v0_3_7;
o7_0 += p0_3_7 * v0_3_0;
o7_1 += p0_3_7 * v0_3_1;
o7_2 += p0_3_7 * v0_3_2;
o7_3 += p0_3_7 * v0_3_3;
o7_4 += p0_3_7 * v0_3_4;
o7_5 += p0_3_7 * v0_3_5;
o7_6 += p0_3_7 * v0_3_6;
o7_7 += p0_3_7 * v0_3_7;
vb += 512;
}
int to = 2048 - from;
stage[to + lid + 0] = a0;
stage[to + lid + 128] = a1;
stage[to + lid + 256] = a2;
stage[to + lid + 384] = a3;
stage[to + lid + 512] = a4;
stage[to + lid + 640] = a5;
stage[to + lid + 768] = a6;
stage[to + lid + 896] = a7;
stage[to + lid + 1024] = a8;
stage[to + lid + 1152] = a9;
stage[to + lid + 1280] = a10;
stage[to + lid + 1408] = a11;
stage[to + lid + 1536] = a12;
stage[to + lid + 1664] = a13;
stage[to + lid + 1792] = a14;
stage[to + lid + 1920] = a15;
if (careful != 0) {
for (int i = lid; i < 2048; i += 128) {
float value = stage[to + i];
stage[to + i] = KernelMath.finite(value) != 0 ? value : 0f;
}
}
c.localBarrier();
}
{
float a0;
float a1;
float a2;
float a3;
float a4;
float a5;
float a6;
float a7;
float a8;
float a9;
float a10;
float a11;
float a12;
float a13;
float a14;
float a15;
int keyChunk = nextFrom + (0) * 1024;
a0 = k.get(keyChunk + 0);
a1 = k.get(keyChunk + 128);
a2 = k.get(keyChunk + 256);
a3 = k.get(keyChunk + 384);
a4 = k.get(keyChunk + 512);
a5 = k.get(keyChunk + 640);
a6 = k.get(keyChunk + 768);
a7 = k.get(keyChunk + 896);
int queryChunk = queryFrom + lid + (0) * 1024;
a8 = q.get(queryChunk + 0);
a9 = q.get(queryChunk + 128);
a10 = q.get(queryChunk + 256);
a11 = q.get(queryChunk + 384);
a12 = q.get(queryChunk + 512);
a13 = q.get(queryChunk + 640);
a14 = q.get(queryChunk + 768);
a15 = q.get(queryChunk + 896);
int vb = 2048 + ox * 4;
for (int g = 12; g < 12 + 4; g += 1) {
int swap0 = oy ^ (((g + 0) << 1) & 14);
int pb0 = (g + 0) * 256 + (swap0 << 2);
int pc0 = (g + 0) * 256 + ((swap0 ^ 8) << 2);
float p0_0_0 = ps[pb0 + 0];
float p0_0_1 = ps[pb0 + 1];
float p0_0_2 = ps[pb0 + 2];
float p0_0_3 = ps[pb0 + 3];
float p0_0_4 = ps[pc0 + 0];
float p0_0_5 = ps[pc0 + 1];
float p0_0_6 = ps[pc0 + 2];
float p0_0_7 = ps[pc0 + 3];
float v0_0_0 = stage[vb + 0];
float v0_0_1 = stage[vb + 1];
float v0_0_2 = stage[vb + 2];
float v0_0_3 = stage[vb + 3];
float v0_0_4 = stage[vb + 64];
float v0_0_5 = stage[vb + 65];
float v0_0_6 = stage[vb + 66];
float v0_0_7 = stage[vb + 67];
o0_0 += p0_0_0 * v0_0_0;
o0_1 += p0_0_0 * v0_0_1;
o0_2 += p0_0_0 * v0_0_2;
o0_3 += p0_0_0 * v0_0_3;
o0_4 += p0_0_0 * v0_0_4;
o0_5 += p0_0_0 * v0_0_5;
o0_6 += p0_0_0 * v0_0_6;
o0_7 += p0_0_0 * v0_0_7;
o1_0 += p0_0_1 * v0_0_0;
o1_1 += p0_0_1 * v0_0_1;
o1_2 += p0_0_1 * v0_0_2;
o1_3 += p0_0_1 * v0_0_3;
o1_4 += p0_0_1 * v0_0_4;
o1_5 += p0_0_1 * v0_0_5;
o1_6 += p0_0_1 * v0_0_6;
o1_7 += p0_0_1 * v0_0_7;
o2_0 += p0_0_2 * v0_0_0;
o2_1 += p0_0_2 * v0_0_1;
o2_2 += p0_0_2 * v0_0_2;
o2_3 += p0_0_2 * v0_0_3;
o2_4 += p0_0_2 * v0_0_4;
o2_5 += p0_0_2 * v0_0_5;
o2_6 += p0_0_2 * v0_0_6;
o2_7 += p0_0_2 * v0_0_7;
o3_0 += p0_0_3 * v0_0_0;
o3_1 += p0_0_3 * v0_0_1;
o3_2 += p0_0_3 * v0_0_2;
o3_3 += p0_0_3 * v0_0_3;
o3_4 += p0_0_3 * v0_0_4;
o3_5 += p0_0_3 * v0_0_5;
o3_6 += p0_0_3 * v0_0_6;
o3_7 += p0_0_3 * v0_0_7;
o4_0 += p0_0_4 * v0_0_0;
o4_1 += p0_0_4 * v0_0_1;
o4_2 += p0_0_4 * v0_0_2;
o4_3 += p0_0_4 * v0_0_3;
o4_4 += p0_0_4 * v0_0_4;
o4_5 += p0_0_4 * v0_0_5;
o4_6 += p0_0_4 * v0_0_6;
o4_7 += p0_0_4 * v0_0_7;
o5_0 += p0_0_5 * v0_0_0;
o5_1 += p0_0_5 * v0_0_1;
o5_2 += p0_0_5 * v0_0_2;
o5_3 += p0_0_5 * v0_0_3;
o5_4 += p0_0_5 * v0_0_4;
o5_5 += p0_0_5 * v0_0_5;
o5_6 += p0_0_5 * v0_0_6;
o5_7 += p0_0_5 * v0_0_7;
o6_0 += p0_0_6 * v0_0_0;
o6_1 += p0_0_6 * v0_0_1;
o6_2 += p0_0_6 * v0_0_2;
o6_3 += p0_0_6 * v0_0_3;
o6_4 += p0_0_6 * v0_0_4;
o6_5 += p0_0_6 * v0_0_5;
o6_6 += p0_0_6 * v0_0_6;
o6_7 += p0_0_6 * v0_0_7;
o7_0 += p0_0_7 * v0_0_0;
o7_1 += p0_0_7 * v0_0_1;
o7_2 += p0_0_7 * v0_0_2;
o7_3 += p0_0_7 * v0_0_3;
o7_4 += p0_0_7 * v0_0_4;
o7_5 += p0_0_7 * v0_0_5;
o7_6 += p0_0_7 * v0_0_6;
o7_7 += p0_0_7 * v0_0_7;
float p0_1_0 = ps[pb0 + 64];
float p0_1_1 = ps[pb0 + 65];
float p0_1_2 = ps[pb0 + 66];
float p0_1_3 = ps[pb0 + 67];
float p0_1_4 = ps[pc0 + 64];
float p0_1_5 = ps[pc0 + 65];
float p0_1_6 = ps[pc0 + 66];
float p0_1_7 = ps[pc0 + 67];
float v0_1_0 = stage[vb + 128];
float v0_1_1 = stage[vb + 129];
float v0_1_2 = stage[vb + 130];
float v0_1_3 = stage[vb + 131];
float v0_1_4 = stage[vb + 192];
float v0_1_5 = stage[vb + 193];
float v0_1_6 = stage[vb + 194];
float v0_1_7 = stage[vb + 195];
o0_0 += p0_1_0 * v0_1_0;
o0_1 += p0_1_0 * v0_1_1;
o0_2 += p0_1_0 * v0_1_2;
o0_3 += p0_1_0 * v0_1_3;
o0_4 += p0_1_0 * v0_1_4;
o0_5 += p0_1_0 * v0_1_5;
o0_6 += p0_1_0 * v0_1_6;
o0_7 += p0_1_0 * v0_1_7;
o1_0 += p0_1_1 * v0_1_0;
o1_1 += p0_1_1 * v0_1_1;
o1_2 += p0_1_1 * v0_1_2;
o1_3 += p0_1_1 * v0_1_3;
o1_4 += p0_1_1 * v0_1_4;
o1_5 += p0_1_1 * v0_1_5;
o1_6 += p0_1_1 * v0_1_6;
o1_7 += p0_1_1 * v0_1_7;
o2_0 += p0_1_2 * v0_1_0;
o2_1 += p0_1_2 * v0_1_1;
o2_2 += p0_1_2 * v0_1_2;
o2_3 += p0_1_2 * v0_1_3;
o2_4 += p0_1_2 * v0_1_4;
o2_5 += p0_1_2 * v0_1_5;
o2_6 += p0_1_2 * v0_1_6;
o2_7 += p0_1_2 * v0_1_7;
o3_0 += p0_1_3 * v0_1_0;
o3_1 += p0_1_3 * v0_1_1;
o3_2 += p0_1_3 * v0_1_2;
o3_3 += p0_1_3 * v0_1_3;
o3_4 += p0_1_3 * v0_1_4;
o3_5 += p0_1_3 * v0_1_5;
o3_6 += p0_1_3 * v0_1_6;
o3_7 += p0_1_3 * v0_1_7;
o4_0 += p0_1_4 * v0_1_0;
o4_1 += p0_1_4 * v0_1_1;
o4_2 += p0_1_4 * v0_1_2;
o4_3 += p0_1_4 * v0_1_3;
o4_4 += p0_1_4 * v0_1_4;
o4_5 += p0_1_4 * v0_1_5;
o4_6 += p0_1_4 * v0_1_6;
o4_7 += p0_1_4 * v0_1_7;
o5_0 += p0_1_5 * v0_1_0;
o5_1 += p0_1_5 * v0_1_1;
o5_2 += p0_1_5 * v0_1_2;
o5_3 += p0_1_5 * v0_1_3;
o5_4 += p0_1_5 * v0_1_4;
o5_5 += p0_1_5 * v0_1_5;
o5_6 += p0_1_5 * v0_1_6;
o5_7 += p0_1_5 * v0_1_7;
o6_0 += p0_1_6 * v0_1_0;
o6_1 += p0_1_6 * v0_1_1;
o6_2 += p0_1_6 * v0_1_2;
o6_3 += p0_1_6 * v0_1_3;
o6_4 += p0_1_6 * v0_1_4;
o6_5 += p0_1_6 * v0_1_5;
o6_6 += p0_1_6 * v0_1_6;
o6_7 += p0_1_6 * v0_1_7;
o7_0 += p0_1_7 * v0_1_0;
o7_1 += p0_1_7 * v0_1_1;
o7_2 += p0_1_7 * v0_1_2;
o7_3 += p0_1_7 * v0_1_3;
o7_4 += p0_1_7 * v0_1_4;
o7_5 += p0_1_7 * v0_1_5;
o7_6 += p0_1_7 * v0_1_6;
o7_7 += p0_1_7 * v0_1_7;
float p0_2_0 = ps[pb0 + 128];
float p0_2_1 = ps[pb0 + 129];
float p0_2_2 = ps[pb0 + 130];
float p0_2_3 = ps[pb0 + 131];
float p0_2_4 = ps[pc0 + 128];
float p0_2_5 = ps[pc0 + 129];
float p0_2_6 = ps[pc0 + 130];
float p0_2_7 = ps[pc0 + 131];
float v0_2_0 = stage[vb + 256];
float v0_2_1 = stage[vb + 257];
float v0_2_2 = stage[vb + 258];
float v0_2_3 = stage[vb + 259];
float v0_2_4 = stage[vb + 320];
float v0_2_5 = stage[vb + 321];
float v0_2_6 = stage[vb + 322];
float v0_2_7 = stage[vb + 323];
o0_0 += p0_2_0 * v0_2_0;
o0_1 += p0_2_0 * v0_2_1;
o0_2 += p0_2_0 * v0_2_2;
o0_3 += p0_2_0 * v0_2_3;
o0_4 += p0_2_0 * v0_2_4;
o0_5 += p0_2_0 * v0_2_5;
o0_6 += p0_2_0 * v0_2_6;
o0_7 += p0_2_0 * v0_2_7;
o1_0 += p0_2_1 * v0_2_0;
o1_1 += p0_2_1 * v0_2_1;
o1_2 += p0_2_1 * v0_2_2;
o1_3 += p0_2_1 * v0_2_3;
o1_4 += p0_2_1 * v0_2_4;
o1_5 += p0_2_1 * v0_2_5;
o1_6 += p0_2_1 * v0_2_6;
o1_7 += p0_2_1 * v0_2_7;
o2_0 += p0_2_2 * v0_2_0;
o2_1 += p0_2_2 * v0_2_1;
o2_2 += p0_2_2 * v0_2_2;
o2_3 += p0_2_2 * v0_2_3;
o2_4 += p0_2_2 * v0_2_4;
o2_5 += p0_2_2 * v0_2_5;
o2_6 += p0_2_2 * v0_2_6;
o2_7 += p0_2_2 * v0_2_7;
o3_0 += p0_2_3 * v0_2_0;
o3_1 += p0_2_3 * v0_2_1;
o3_2 += p0_2_3 * v0_2_2;
o3_3 += p0_2_3 * v0_2_3;
o3_4 += p0_2_3 * v0_2_4;
o3_5 += p0_2_3 * v0_2_5;
o3_6 += p0_2_3 * v0_2_6;
o3_7 += p0_2_3 * v0_2_7;
o4_0 += p0_2_4 * v0_2_0;
o4_1 += p0_2_4 * v0_2_1;
o4_2 += p0_2_4 * v0_2_2;
o4_3 += p0_2_4 * v0_2_3;
o4_4 += p0_2_4 * v0_2_4;
o4_5 += p0_2_4 * v0_2_5;
o4_6 += p0_2_4 * v0_2_6;
o4_7 += p0_2_4 * v0_2_7;
o5_0 += p0_2_5 * v0_2_0;
o5_1 += p0_2_5 * v0_2_1;
o5_2 += p0_2_5 * v0_2_2;
o5_3 += p0_2_5 * v0_2_3;
o5_4 += p0_2_5 * v0_2_4;
o5_5 += p0_2_5 * v0_2_5;
o5_6 += p0_2_5 * v0_2_6;
o5_7 += p0_2_5 * v0_2_7;
o6_0 += p0_2_6 * v0_2_0;
o6_1 += p0_2_6 * v0_2_1;
o6_2 += p0_2_6 * v0_2_2;
o6_3 += p0_2_6 * v0_2_3;
o6_4 += p0_2_6 * v0_2_4;
o6_5 += p0_2_6 * v0_2_5;
o6_6 += p0_2_6 * v0_2_6;
o6_7 += p0_2_6 * v0_2_7;
o7_0 += p0_2_7 * v0_2_0;
o7_1 += p0_2_7 * v0_2_1;
o7_2 += p0_2_7 * v0_2_2;
o7_3 += p0_2_7 * v0_2_3;
o7_4 += p0_2_7 * v0_2_4;
o7_5 += p0_2_7 * v0_2_5;
o7_6 += p0_2_7 * v0_2_6;
o7_7 += p0_2_7 * v0_2_7;
float p0_3_0 = ps[pb0 + 192];
float p0_3_1 = ps[pb0 + 193];
float p0_3_2 = ps[pb0 + 194];
float p0_3_3 = ps[pb0 + 195];
float p0_3_4 = ps[pc0 + 192];
float p0_3_5 = ps[pc0 + 193];
float p0_3_6 = ps[pc0 + 194];
float p0_3_7 = ps[pc0 + 195];
float v0_3_0 = stage[vb + 384];
float v0_3_1 = stage[vb + 385];
float v0_3_2 = stage[vb + 386];
float v0_3_3 = stage[vb + 387];
float v0_3_4 = stage[vb + 448];
float v0_3_5 = stage[vb + 449];
float v0_3_6 = stage[vb + 450];
float v0_3_7 = stage[vb + 451];
o0_0 += p0_3_0 * v0_3_0;
o0_1 += p0_3_0 * v0_3_1;
o0_2 += p0_3_0 * v0_3_2;
o0_3 += p0_3_0 * v0_3_3;
o0_4 += p0_3_0 * v0_3_4;
o0_5 += p0_3_0 * v0_3_5;
o0_6 += p0_3_0 * v0_3_6;
o0_7 += p0_3_0 * v0_3_7;
o1_0 += p0_3_1 * v0_3_0;
o1_1 += p0_3_1 * v0_3_1;
o1_2 += p0_3_1 * v0_3_2;
o1_3 += p0_3_1 * v0_3_3;
o1_4 += p0_3_1 * v0_3_4;
o1_5 += p0_3_1 * v0_3_5;
o1_6 += p0_3_1 * v0_3_6;
o1_7 += p0_3_1 * v0_3_7;
o2_0 += p0_3_2 * v0_3_0;
o2_1 += p0_3_2 * v0_3_1;
o2_2 += p0_3_2 * v0_3_2;
o2_3 += p0_3_2 * v0_3_3;
o2_4 += p0_3_2 * v0_3_4;
o2_5 += p0_3_2 * v0_3_5;
o2_6 += p0_3_2 * v0_3_6;
o2_7 += p0_3_2 * v0_3_7;
o3_0 += p0_3_3 * v0_3_0;
o3_1 += p0_3_3 * v0_3_1;
o3_2 += p0_3_3 * v0_3_2;
o3_3 += p0_3_3 * v0_3_3;
o3_4 += p0_3_3 * v0_3_4;
o3_5 += p0_3_3 * v0_3_5;
o3_6 += p0_3_3 * v0_3_6;
o3_7 += p0_3_3 * v0_3_7;
o4_0 += p0_3_4 * v0_3_0;
o4_1 += p0_3_4 * v0_3_1;
o4_2 += p0_3_4 * v0_3_2;
o4_3 += p0_3_4 * v0_3_3;
o4_4 += p0_3_4 * v0_3_4;
o4_5 += p0_3_4 * v0_3_5;
o4_6 += p0_3_4 * v0_3_6;
o4_7 += p0_3_4 * v0_3_7;
o5_0 += p0_3_5 * v0_3_0;
o5_1 += p0_3_5 * v0_3_1;
o5_2 += p0_3_5 * v0_3_2;
o5_3 += p0_3_5 * v0_3_3;
o5_4 += p0_3_5 * v0_3_4;
o5_5 += p0_3_5 * v0_3_5;
o5_6 += p0_3_5 * v0_3_6;
o5_7 += p0_3_5 * v0_3_7;
o6_0 += p0_3_6 * v0_3_0;
o6_1 += p0_3_6 * v0_3_1;
o6_2 += p0_3_6 * v0_3_2;
o6_3 += p0_3_6 * v0_3_3;
o6_4 += p0_3_6 * v0_3_4;
o6_5 += p0_3_6 * v0_3_5;
o6_6 += p0_3_6 * v0_3_6;
o6_7 += p0_3_6 * v0_3_7;
o7_0 += p0_3_7 * v0_3_0;
o7_1 += p0_3_7 * v0_3_1;
o7_2 += p0_3_7 * v0_3_2;
o7_3 += p0_3_7 * v0_3_3;
o7_4 += p0_3_7 * v0_3_4;
o7_5 += p0_3_7 * v0_3_5;
o7_6 += p0_3_7 * v0_3_6;
o7_7 += p0_3_7 * v0_3_7;
vb += 512;
}
stage[0 + lid + 0] = a0;
stage[0 + lid + 128] = a1;
stage[0 + lid + 256] = a2;
stage[0 + lid + 384] = a3;
stage[0 + lid + 512] = a4;
stage[0 + lid + 640] = a5;
stage[0 + lid + 768] = a6;
stage[0 + lid + 896] = a7;
stage[0 + lid + 1024] = a8;
stage[0 + lid + 1152] = a9;
stage[0 + lid + 1280] = a10;
stage[0 + lid + 1408] = a11;
stage[0 + lid + 1536] = a12;
stage[0 + lid + 1664] = a13;
stage[0 + lid + 1792] = a14;
stage[0 + lid + 1920] = a15;
c.localBarrier();
}
if (careful != 0) {
for (int n = 0; n < 64; n++) {
int fromV = ((kvHead * tiles + t) * 64 + n) * 128 + 0 + ox * 4;
int away = key + n * keyStride - position - oy * 4 * queryStride;
float w0 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 0];
int hide0 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away0 = away - 0 * queryStride;
hide0 = away0 < lowest ? hide0 | (1 - free) : hide0;
hide0 = away0 > highest ? hide0 | (1 - free) : hide0;
}
if (dropping != 0) {
hide0 = hide0 | (1 - KernelMath.positive(w0));
}
float w1 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 1];
int hide1 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away1 = away - 1 * queryStride;
hide1 = away1 < lowest ? hide1 | (1 - free) : hide1;
hide1 = away1 > highest ? hide1 | (1 - free) : hide1;
}
if (dropping != 0) {
hide1 = hide1 | (1 - KernelMath.positive(w1));
}
float w2 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 2];
int hide2 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away2 = away - 2 * queryStride;
hide2 = away2 < lowest ? hide2 | (1 - free) : hide2;
hide2 = away2 > highest ? hide2 | (1 - free) : hide2;
}
if (dropping != 0) {
hide2 = hide2 | (1 - KernelMath.positive(w2));
}
float w3 = ps[n * 64 + (((oy + 0) ^ ((n >> 1) & 14)) << 2) + 3];
int hide3 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away3 = away - 3 * queryStride;
hide3 = away3 < lowest ? hide3 | (1 - free) : hide3;
hide3 = away3 > highest ? hide3 | (1 - free) : hide3;
}
if (dropping != 0) {
hide3 = hide3 | (1 - KernelMath.positive(w3));
}
float w4 = ps[n * 64 + (((oy + 8) ^ ((n >> 1) & 14)) << 2) + 0];
int hide4 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away4 = away - 32 * queryStride;
hide4 = away4 < lowest ? hide4 | (1 - free) : hide4;
hide4 = away4 > highest ? hide4 | (1 - free) : hide4;
}
if (dropping != 0) {
hide4 = hide4 | (1 - KernelMath.positive(w4));
}
float w5 = ps[n * 64 + (((oy + 8) ^ ((n >> 1) & 14)) << 2) + 1];
int hide5 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away5 = away - 33 * queryStride;
hide5 = away5 < lowest ? hide5 | (1 - free) : hide5;
hide5 = away5 > highest ? hide5 | (1 - free) : hide5;
}
if (dropping != 0) {
hide5 = hide5 | (1 - KernelMath.positive(w5));
}
float w6 = ps[n * 64 + (((oy + 8) ^ ((n >> 1) & 14)) << 2) + 2];
int hide6 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away6 = away - 34 * queryStride;
hide6 = away6 < lowest ? hide6 | (1 - free) : hide6;
hide6 = away6 > highest ? hide6 | (1 - free) : hide6;
}
if (dropping != 0) {
hide6 = hide6 | (1 - KernelMath.positive(w6));
}
float w7 = ps[n * 64 + (((oy + 8) ^ ((n >> 1) & 14)) << 2) + 3];
int hide7 = n < keyCount ? 0 : 1;
if (masked != 0) {
int away7 = away - 35 * queryStride;
hide7 = away7 < lowest ? hide7 | (1 - free) : hide7;
hide7 = away7 > highest ? hide7 | (1 - free) : hide7;
}
if (dropping != 0) {
hide7 = hide7 | (1 - KernelMath.positive(w7));
}
float z0 = v.get(fromV + 0);
z0 = KernelMath.beyondFinite(z0);
o0_0 = hide0 != 0 ? o0_0 : o0_0 + w0 * z0;
o1_0 = hide1 != 0 ? o1_0 : o1_0 + w1 * z0;
o2_0 = hide2 != 0 ? o2_0 : o2_0 + w2 * z0;
o3_0 = hide3 != 0 ? o3_0 : o3_0 + w3 * z0;
o4_0 = hide4 != 0 ? o4_0 : o4_0 + w4 * z0;
o5_0 = hide5 != 0 ? o5_0 : o5_0 + w5 * z0;
o6_0 = hide6 != 0 ? o6_0 : o6_0 + w6 * z0;
o7_0 = hide7 != 0 ? o7_0 : o7_0 + w7 * z0;
float z1 = v.get(fromV + 1);
z1 = KernelMath.beyondFinite(z1);
o0_1 = hide0 != 0 ? o0_1 : o0_1 + w0 * z1;
o1_1 = hide1 != 0 ? o1_1 : o1_1 + w1 * z1;
o2_1 = hide2 != 0 ? o2_1 : o2_1 + w2 * z1;
o3_1 = hide3 != 0 ? o3_1 : o3_1 + w3 * z1;
o4_1 = hide4 != 0 ? o4_1 : o4_1 + w4 * z1;
o5_1 = hide5 != 0 ? o5_1 : o5_1 + w5 * z1;
o6_1 = hide6 != 0 ? o6_1 : o6_1 + w6 * z1;
o7_1 = hide7 != 0 ? o7_1 : o7_1 + w7 * z1;
float z2 = v.get(fromV + 2);
z2 = KernelMath.beyondFinite(z2);
o0_2 = hide0 != 0 ? o0_2 : o0_2 + w0 * z2;
o1_2 = hide1 != 0 ? o1_2 : o1_2 + w1 * z2;
o2_2 = hide2 != 0 ? o2_2 : o2_2 + w2 * z2;
o3_2 = hide3 != 0 ? o3_2 : o3_2 + w3 * z2;
o4_2 = hide4 != 0 ? o4_2 : o4_2 + w4 * z2;
o5_2 = hide5 != 0 ? o5_2 : o5_2 + w5 * z2;
o6_2 = hide6 != 0 ? o6_2 : o6_2 + w6 * z2;
o7_2 = hide7 != 0 ? o7_2 : o7_2 + w7 * z2;
float z3 = v.get(fromV + 3);
z3 = KernelMath.beyondFinite(z3);
o0_3 = hide0 != 0 ? o0_3 : o0_3 + w0 * z3;
o1_3 = hide1 != 0 ? o1_3 : o1_3 + w1 * z3;
o2_3 = hide2 != 0 ? o2_3 : o2_3 + w2 * z3;
o3_3 = hide3 != 0 ? o3_3 : o3_3 + w3 * z3;
o4_3 = hide4 != 0 ? o4_3 : o4_3 + w4 * z3;
o5_3 = hide5 != 0 ? o5_3 : o5_3 + w5 * z3;
o6_3 = hide6 != 0 ? o6_3 : o6_3 + w6 * z3;
o7_3 = hide7 != 0 ? o7_3 : o7_3 + w7 * z3;
float z4 = v.get(fromV + 64);
z4 = KernelMath.beyondFinite(z4);
o0_4 = hide0 != 0 ? o0_4 : o0_4 + w0 * z4;
o1_4 = hide1 != 0 ? o1_4 : o1_4 + w1 * z4;
o2_4 = hide2 != 0 ? o2_4 : o2_4 + w2 * z4;
o3_4 = hide3 != 0 ? o3_4 : o3_4 + w3 * z4;
o4_4 = hide4 != 0 ? o4_4 : o4_4 + w4 * z4;
o5_4 = hide5 != 0 ? o5_4 : o5_4 + w5 * z4;
o6_4 = hide6 != 0 ? o6_4 : o6_4 + w6 * z4;
o7_4 = hide7 != 0 ? o7_4 : o7_4 + w7 * z4;
float z5 = v.get(fromV + 65);
z5 = KernelMath.beyondFinite(z5);
o0_5 = hide0 != 0 ? o0_5 : o0_5 + w0 * z5;
o1_5 = hide1 != 0 ? o1_5 : o1_5 + w1 * z5;
o2_5 = hide2 != 0 ? o2_5 : o2_5 + w2 * z5;
o3_5 = hide3 != 0 ? o3_5 : o3_5 + w3 * z5;
o4_5 = hide4 != 0 ? o4_5 : o4_5 + w4 * z5;
o5_5 = hide5 != 0 ? o5_5 : o5_5 + w5 * z5;
o6_5 = hide6 != 0 ? o6_5 : o6_5 + w6 * z5;
o7_5 = hide7 != 0 ? o7_5 : o7_5 + w7 * z5;
float z6 = v.get(fromV + 66);
z6 = KernelMath.beyondFinite(z6);
o0_6 = hide0 != 0 ? o0_6 : o0_6 + w0 * z6;
o1_6 = hide1 != 0 ? o1_6 : o1_6 + w1 * z6;
o2_6 = hide2 != 0 ? o2_6 : o2_6 + w2 * z6;
o3_6 = hide3 != 0 ? o3_6 : o3_6 + w3 * z6;
o4_6 = hide4 != 0 ? o4_6 : o4_6 + w4 * z6;
o5_6 = hide5 != 0 ? o5_6 : o5_6 + w5 * z6;
o6_6 = hide6 != 0 ? o6_6 : o6_6 + w6 * z6;
o7_6 = hide7 != 0 ? o7_6 : o7_6 + w7 * z6;
float z7 = v.get(fromV + 67);
z7 = KernelMath.beyondFinite(z7);
o0_7 = hide0 != 0 ? o0_7 : o0_7 + w0 * z7;
o1_7 = hide1 != 0 ? o1_7 : o1_7 + w1 * z7;
o2_7 = hide2 != 0 ? o2_7 : o2_7 + w2 * z7;
o3_7 = hide3 != 0 ? o3_7 : o3_7 + w3 * z7;
o4_7 = hide4 != 0 ? o4_7 : o4_7 + w4 * z7;
o5_7 = hide5 != 0 ? o5_7 : o5_7 + w5 * z7;
o6_7 = hide6 != 0 ? o6_7 : o6_7 + w6 * z7;
o7_7 = hide7 != 0 ? o7_7 : o7_7 + w7 * z7;
}
}
}
}
c.localBarrier();
ps[(oy * 4 + 0) * 64 + ox * 4 + 0] = o0_0;
ps[(oy * 4 + 0) * 64 + ox * 4 + 1] = o0_1;
ps[(oy * 4 + 0) * 64 + ox * 4 + 2] = o0_2;
ps[(oy * 4 + 0) * 64 + ox * 4 + 3] = o0_3;
ps[(oy * 4 + 1) * 64 + ox * 4 + 0] = o1_0;
ps[(oy * 4 + 1) * 64 + ox * 4 + 1] = o1_1;
ps[(oy * 4 + 1) * 64 + ox * 4 + 2] = o1_2;
ps[(oy * 4 + 1) * 64 + ox * 4 + 3] = o1_3;
ps[(oy * 4 + 2) * 64 + ox * 4 + 0] = o2_0;
ps[(oy * 4 + 2) * 64 + ox * 4 + 1] = o2_1;
ps[(oy * 4 + 2) * 64 + ox * 4 + 2] = o2_2;
ps[(oy * 4 + 2) * 64 + ox * 4 + 3] = o2_3;
ps[(oy * 4 + 3) * 64 + ox * 4 + 0] = o3_0;
ps[(oy * 4 + 3) * 64 + ox * 4 + 1] = o3_1;
ps[(oy * 4 + 3) * 64 + ox * 4 + 2] = o3_2;
ps[(oy * 4 + 3) * 64 + ox * 4 + 3] = o3_3;
ps[(oy * 4 + 32) * 64 + ox * 4 + 0] = o4_0;
ps[(oy * 4 + 32) * 64 + ox * 4 + 1] = o4_1;
ps[(oy * 4 + 32) * 64 + ox * 4 + 2] = o4_2;
ps[(oy * 4 + 32) * 64 + ox * 4 + 3] = o4_3;
ps[(oy * 4 + 33) * 64 + ox * 4 + 0] = o5_0;
ps[(oy * 4 + 33) * 64 + ox * 4 + 1] = o5_1;
ps[(oy * 4 + 33) * 64 + ox * 4 + 2] = o5_2;
ps[(oy * 4 + 33) * 64 + ox * 4 + 3] = o5_3;
ps[(oy * 4 + 34) * 64 + ox * 4 + 0] = o6_0;
ps[(oy * 4 + 34) * 64 + ox * 4 + 1] = o6_1;
ps[(oy * 4 + 34) * 64 + ox * 4 + 2] = o6_2;
ps[(oy * 4 + 34) * 64 + ox * 4 + 3] = o6_3;
ps[(oy * 4 + 35) * 64 + ox * 4 + 0] = o7_0;
ps[(oy * 4 + 35) * 64 + ox * 4 + 1] = o7_1;
ps[(oy * 4 + 35) * 64 + ox * 4 + 2] = o7_2;
ps[(oy * 4 + 35) * 64 + ox * 4 + 3] = o7_3;
c.localBarrier();
for (int i = lid; i < 4096; i += 128) {
acc.set(queryFrom + ((i >> 6) * 128) + 0 + (i & 63), ps[i]);
}
c.localBarrier();
ps[(oy * 4 + 0) * 64 + ox * 4 + 0] = o0_4;
ps[(oy * 4 + 0) * 64 + ox * 4 + 1] = o0_5;
ps[(oy * 4 + 0) * 64 + ox * 4 + 2] = o0_6;
ps[(oy * 4 + 0) * 64 + ox * 4 + 3] = o0_7;
ps[(oy * 4 + 1) * 64 + ox * 4 + 0] = o1_4;
ps[(oy * 4 + 1) * 64 + ox * 4 + 1] = o1_5;
ps[(oy * 4 + 1) * 64 + ox * 4 + 2] = o1_6;
ps[(oy * 4 + 1) * 64 + ox * 4 + 3] = o1_7;
ps[(oy * 4 + 2) * 64 + ox * 4 + 0] = o2_4;
ps[(oy * 4 + 2) * 64 + ox * 4 + 1] = o2_5;
ps[(oy * 4 + 2) * 64 + ox * 4 + 2] = o2_6;
ps[(oy * 4 + 2) * 64 + ox * 4 + 3] = o2_7;
ps[(oy * 4 + 3) * 64 + ox * 4 + 0] = o3_4;
ps[(oy * 4 + 3) * 64 + ox * 4 + 1] = o3_5;
ps[(oy * 4 + 3) * 64 + ox * 4 + 2] = o3_6;
ps[(oy * 4 + 3) * 64 + ox * 4 + 3] = o3_7;
ps[(oy * 4 + 32) * 64 + ox * 4 + 0] = o4_4;
ps[(oy * 4 + 32) * 64 + ox * 4 + 1] = o4_5;
ps[(oy * 4 + 32) * 64 + ox * 4 + 2] = o4_6;
ps[(oy * 4 + 32) * 64 + ox * 4 + 3] = o4_7;
ps[(oy * 4 + 33) * 64 + ox * 4 + 0] = o5_4;
ps[(oy * 4 + 33) * 64 + ox * 4 + 1] = o5_5;
ps[(oy * 4 + 33) * 64 + ox * 4 + 2] = o5_6;
ps[(oy * 4 + 33) * 64 + ox * 4 + 3] = o5_7;
ps[(oy * 4 + 34) * 64 + ox * 4 + 0] = o6_4;
ps[(oy * 4 + 34) * 64 + ox * 4 + 1] = o6_5;
ps[(oy * 4 + 34) * 64 + ox * 4 + 2] = o6_6;
ps[(oy * 4 + 34) * 64 + ox * 4 + 3] = o6_7;
ps[(oy * 4 + 35) * 64 + ox * 4 + 0] = o7_4;
ps[(oy * 4 + 35) * 64 + ox * 4 + 1] = o7_5;
ps[(oy * 4 + 35) * 64 + ox * 4 + 2] = o7_6;
ps[(oy * 4 + 35) * 64 + ox * 4 + 3] = o7_7;
c.localBarrier();
for (int i = lid; i < 4096; i += 128) {
acc.set(queryFrom + ((i >> 6) * 128) + 64 + (i & 63), ps[i]);
}
c.localBarrier();
rs[tx * 72 + ty * 4 + 0] = l0;
if (tx == 0) {
ps[ty * 4 + 0] = m0;
}
rs[tx * 72 + ty * 4 + 1] = l1;
if (tx == 0) {
ps[ty * 4 + 1] = m1;
}
rs[tx * 72 + ty * 4 + 2] = l2;
if (tx == 0) {
ps[ty * 4 + 2] = m2;
}
rs[tx * 72 + ty * 4 + 3] = l3;
if (tx == 0) {
ps[ty * 4 + 3] = m3;
}
c.localBarrier();
if (lid < 64) {
float sum = 0f;
sum += rs[lid + 0];
sum += rs[lid + 72];
sum += rs[lid + 144];
sum += rs[lid + 216];
sum += rs[lid + 288];
sum += rs[lid + 360];
sum += rs[lid + 432];
sum += rs[lid + 504];
maxima.set(row + lid, ps[lid]);
sums.set(row + lid, sum);
}
}
}
