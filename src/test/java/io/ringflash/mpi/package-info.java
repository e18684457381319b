/**
 * Jobs of several real processes under {@code mpirun}.
 *
 * <p>Belongs here: what cannot be shown within one JVM. Where there is no {@code mpirun}, these
 * tests are skipped.
 */
package io.ringflash.mpi;
