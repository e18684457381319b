package io.ringflash.cli;

import io.ringflash.JointStrategy;
import io.ringflash.OnDeviceFailure;
import io.ringflash.attention.AttentionShape;
import io.ringflash.engine.AttnType;
import io.ringflash.experiment.AlibiSource;
import io.ringflash.experiment.PathText;
import io.ringflash.experiment.ShapeText;
import io.ringflash.experiment.bench.Preset;
import io.ringflash.experiment.bench.RecordFormat;
import io.ringflash.experiment.bench.Sizes;
import io.ringflash.experiment.plan.Profile;
import io.ringflash.ring.ExchangeKind;
import io.ringflash.ring.Sharding;
import io.ringflash.tensor.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Option values from text. Messages follow the option's name, which picocli says. */
final class Converters {
  private Converters() {}

  /** Makes all commands of {@code commandLine} understand the project's types. */
  static void register(CommandLine commandLine) {
    commandLine
        .registerConverter(Path.class, checked(PathText::parse))
        .registerConverter(OutputName.class, checked(OutputName::parse))
        .registerConverter(AlibiSource.class, checked(AlibiSource::parse))
        .registerConverter(AttnType.class, checked(AttnType::parse))
        .registerConverter(JointStrategy.class, checked(JointStrategy::parse))
        .registerConverter(Sharding.class, labelled(Sharding.values(), Sharding::label))
        .registerConverter(ExchangeKind.class, labelled(ExchangeKind.values(), ExchangeKind::label))
        .registerConverter(
            OnDeviceFailure.class, labelled(OnDeviceFailure.values(), OnDeviceFailure::label))
        .registerConverter(DType.class, labelled(DType.values(), DType::label))
        .registerConverter(Window.class, checked(Window::parse))
        .registerConverter(Percentage.class, checked(Percentage::parse))
        .registerConverter(Profile.class, labelled(Profile.values(), Profile::label))
        .registerConverter(Sizes.class, checked(Sizes::parse))
        .registerConverter(Preset.class, checked(Preset::parse))
        .registerConverter(RecordFormat.class, labelled(RecordFormat.values(), RecordFormat::label))
        .registerConverter(AttentionShape.class, checked(ShapeText::parse));
  }

  private static <T> ITypeConverter<T> labelled(T[] values, Function<T, String> label) {
    return text ->
        Arrays.stream(values)
            .filter(value -> label.apply(value).equals(text))
            .findFirst()
            .orElseThrow(() ->
                new TypeConversionException(
                    "should be one of %s but got '%s'"
                        .formatted(
                            Arrays.stream(values).map(label).collect(Collectors.joining(", ")),
                            text)));
  }

  private static <T> ITypeConverter<T> checked(Function<String, T> parse) {
    return text -> {
      try {
        return parse.apply(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(String.valueOf(e.getMessage()));
      }
    };
  }
}
