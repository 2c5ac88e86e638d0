// SPDX-License-Identifier: Apache-2.0
/** Keeps a long computation from losing its work: the library around its main loop. */
module dev.holdfast.core {
  requires static transitive org.jspecify;
  requires transitive org.apache.commons.rng.api;
  requires transitive dev.holdfast.storage;
  requires transitive dev.holdfast.policy;
  requires transitive HdrHistogram;
  requires static jdk.jfr; // a runtime may lack it: FlightRecorder
  requires jdk.unsupported; // signals, and the exact state of java.util.Random

  exports dev.holdfast;
  exports dev.holdfast.process;
  exports dev.holdfast.testing;
}
