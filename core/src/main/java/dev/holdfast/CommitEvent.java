// SPDX-License-Identifier: Apache-2.0
package dev.holdfast;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import jdk.jfr.Timespan;

/** A flight recording shows a commit, from the captured state to the word that it is durable. */
@Name("dev.holdfast.Commit")
@Label("Holdfast Commit")
@Category("Holdfast")
@Description("A version was written, synced and published; or it failed")
@StackTrace(false)
final class CommitEvent extends Event {
  @Label("Version")
  @Description("Its number; 0 when it was not acknowledged")
  long version;

  @Label("Step")
  long step;

  @Label("Outcome")
  @Description("COMMITTED, FAILED or FENCED")
  String outcome = "";

  @Label("Message")
  @Description("Why it was not acknowledged")
  String message = "";

  @Label("Level")
  @Description("What the version survives")
  String level = "";

  @Label("Full")
  @Description("Whether every block is stored")
  boolean full;

  @Label("State Size")
  @DataAmount
  long stateBytes;

  @Label("Changed Size")
  @Description("Raw bytes of the blocks stored")
  @DataAmount
  long changedBytes;

  @Label("File Size")
  @DataAmount
  long fileBytes;

  @Label("Capture to Durable")
  @Description("-1 where the program stood still meanwhile")
  @Timespan(Timespan.NANOSECONDS)
  long sinceCapture;
}
