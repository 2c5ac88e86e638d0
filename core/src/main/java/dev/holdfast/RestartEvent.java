// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A flight recording shows a restart: finding the version, comparing, reading and verifying it. */
@Name("dev.holdfast.Restart")
@Label("Holdfast Restart")
@Category("Holdfast")
@Description("The state was restored from a version; every block was verified")
@StackTrace(false)
final class RestartEvent extends Event {
  @Label("Version")
  long version;

  @Label("Step")
  long step;

  @Label("State Size")
  @DataAmount
  long stateBytes;

  @Label("Passed Over")
  @Description("Newer records that could not be used")
  int passedOver;
}
