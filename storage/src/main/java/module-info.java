// SPDX-License-Identifier: Apache-2.0
/** Durable, verified versions of a job's state. */
module dev.holdfast.storage {
  requires com.github.luben.zstd_jni;
  requires static jdk.jfr; // a runtime may lack it: FlightRecorder
  requires static transitive org.jspecify;

  exports dev.holdfast.storage;
  exports dev.holdfast.storage.format;
  exports dev.holdfast.storage.io;
}
