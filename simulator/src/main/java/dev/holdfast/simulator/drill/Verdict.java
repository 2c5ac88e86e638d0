// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.simulator.drill;

import java.util.List;

/** What a drill has shown. */
public sealed interface Verdict {

  /**
   * The job survived, and nothing differs.
   *
   * @param compared the names of the regions and files
   * @param sha256 one digest of all of them, in hexadecimal digits
   */
  record SameBits(List<String> compared, String sha256) implements Verdict {}

  /**
   * The job reached its end with other bits than the undisturbed run.
   *
   * @param places what differs and where, one of each region and file
   */
  record OtherBits(List<String> places) implements Verdict {}

  /**
   * The job did not reach its end.
   *
   * @param why in words, with the remedy
   */
  record DidNotSurvive(String why) implements Verdict {}

  /**
   * The drill shows nothing: the job was over before it was struck, or there is nothing to compare.
   *
   * @param why in words, with the remedy
   */
  record NothingShown(String why) implements Verdict {}
}
