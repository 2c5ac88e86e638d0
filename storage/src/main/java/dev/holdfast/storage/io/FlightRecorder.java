// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.storage.io;

/**
 * Whether this runtime has Java Flight Recorder. Everything works without: an image made by jlink
 * has the module jdk.jfr only if it was asked for, and a program on the module path sees it only if
 * some module requires it. Classes of events are not touched then.
 */
public final class FlightRecorder {
  public static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private FlightRecorder() {}
}
