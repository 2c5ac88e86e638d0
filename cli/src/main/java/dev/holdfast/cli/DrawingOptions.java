// SPDX-License-Identifier: Apache-2.0
package dev.holdfast.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for an answer that is drawn. Without them no class of the charting library is loaded. */
final class DrawingOptions {
  @Option(
      names = "--plot",
      paramLabel = "FILE.svg",
      description = "Draw the answer, or waste against what is swept.")
  private @Nullable Path plot;

  @Option(
      names = "--html",
      paramLabel = "FILE.html",
      description = "One page with the answer, drawings, inputs, assumptions and warnings.")
  private @Nullable Path html;

  void check() {
    if (plot != null) {
      OutFile.checkEnding("--plot", plot, ".svg");
    }
    if (html != null) {
      OutFile.checkEnding("--html", html, ".html");
    }
  }

  /**
   * Writes the files that were asked for.
   *
   * @param page around the drawings
   */
  void write(Supplier<List<Chart>> charts, UnaryOperator<String> page) {
    if (plot == null && html == null) {
      return;
    }
    String svg = SvgCharts.render(charts.get());
    if (plot != null) {
      OutFile.write(plot, svg);
    }
    if (html != null) {
      OutFile.write(html, page.apply(svg));
    }
  }
}
