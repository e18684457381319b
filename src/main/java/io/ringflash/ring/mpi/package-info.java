/**
 * The transport of MPI, bound to Open MPI's library.
 *
 * <p>Belongs here: the binding, its errors, the thread that keeps transfers moving. Does not belong
 * here: what is sent, and when.
 */
@NullMarked
package io.ringflash.ring.mpi;

import org.jspecify.annotations.NullMarked;
