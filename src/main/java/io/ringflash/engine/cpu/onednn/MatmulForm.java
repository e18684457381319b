package io.ringflash.engine.cpu.onednn;

import io.ringflash.tensor.DType;

/**
 * What a product C (+)= scale · A · B is like. All matrices are row-major and have no gaps.
 *
 * @param dtype of A and B, FP32 or BF16; C is FP32
 * @param rows of A and C
 * @param depth columns of A, rows of B
 * @param columns of B and C
 * @param transposed whether B's columns lie one after the other, until it is packed
 * @param scale of all products
 * @param accumulates whether C's old values are added to
 */
public record MatmulForm(
    DType dtype,
    int rows,
    int depth,
    int columns,
    boolean transposed,
    float scale,
    boolean accumulates) {}
