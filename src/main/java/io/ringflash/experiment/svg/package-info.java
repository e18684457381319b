/**
 * Drawing in SVG, which needs no fonts and no graphics library: runs are made on machines that have
 * neither.
 *
 * <p>Belongs here: shapes and scales. Does not belong here: what is drawn.
 */
@NullMarked
package io.ringflash.experiment.svg;

import org.jspecify.annotations.NullMarked;
