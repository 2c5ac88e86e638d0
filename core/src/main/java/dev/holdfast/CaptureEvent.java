// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recording shows a capture: its duration is the time that the loop was blocked. */
@Name("dev.holdfast.Capture")
@Label("Holdfast Capture")
@Category("Holdfast")
@Description("The state was captured; the loop was blocked for the duration")
@StackTrace(false)
final class CaptureEvent extends Event {
  @Label("Step")
  long step;

  @Label("State Size")
  @DataAmount
  long stateBytes;

  @Label("Changed Size")
  @Description("Bytes of the blocks that the next version must hold")
  @DataAmount
  long changedBytes;

  @Label("Changed Blocks")
  long changedBlocks;

  @Label("Blocking")
  @Description("There was no memory for a copy: the loop waited until the version was durable")
  boolean blocking;
}
