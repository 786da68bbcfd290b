"""The technical terms that the pages use, each with an explanation for somebody who meets it for the first time."""

from collections.abc import Mapping
from dataclasses import dataclass

from digitlab.translation import Text


@dataclass(frozen=True, slots=True)
class Term:
    """A technical term.

    Attributes:
        name: As it stands within a sentence.
        explanation: One or two sentences.
        others: Other forms under which it occurs in sentences, where an s at the end is not enough.
    """

    name: Text
    explanation: Text
    others: tuple[Text, ...] = ()


TERMS: Mapping[str, Term] = {
    "accuracy": Term(
        Text("accuracy"),
        Text("The share of digits that the network reads correctly. 98% means that 2 of 100 are misread."),
    ),
    "activation": Term(
        Text("activation"),
        Text(
            "The number that a neuron or a filter gives out for one picture. A high one means: found what it looks for."
        ),
    ),
    "architecture": Term(
        Text("architecture"),
        Text("Which layers a network has, in which order and how large. Its weights are not part of it."),
    ),
    "augmentation": Term(
        Text("augmentation"),
        Text(
            "Small random changes of the training digits: shifted, rotated, scaled. The network then learns that such "
            "changes do not matter."
        ),
    ),
    "averaging": Term(
        Text("shifted views"),
        Text(
            "The same digit, read four times, each time moved by half a pixel. The average is a little more reliable."
        ),
    ),
    "batch": Term(
        Text("batch"),
        Text("The digits that the network looks at before it changes its weights once; 32 in the tutorial."),
        (Text("batches"),),
    ),
    "batch_normalization": Term(
        Text("batch normalization"),
        Text(
            "A layer that brings the numbers of the layer before it to a common scale. Deep networks then learn faster."
        ),
    ),
    "calibration": Term(
        Text("calibration"),
        Text(
            "How well the stated confidence fits what happens. Well calibrated: of all answers given with 90% "
            "confidence, about 90% are correct."
        ),
    ),
    "checkpoint": Term(
        Text("checkpoint"),
        Text("The state of a training, saved to a file. From there it can continue as if it had never stopped."),
    ),
    "class_gradients": Term(
        Text("class gradients"),
        Text("For each of the ten digits, which pixels support it and which oppose it."),
    ),
    "confidence": Term(
        Text("confidence"),
        Text("The probability that the network gives to its own answer. High confidence can still be wrong."),
    ),
    "confidence_interval": Term(
        Text("confidence interval"),
        Text(
            "The range in which the true value most likely lies. Few digits make it wide, many make it narrow. The app "
            "uses 95% intervals."
        ),
        (Text("95% interval"),),
    ),
    "confusion_matrix": Term(
        Text("confusion matrix"),
        Text("A table of what was written (row) against what was read (column). Off the diagonal stand the mistakes."),
    ),
    "convolution": Term(
        Text("convolution"),
        Text(
            "A layer that moves small filters over the picture, and so finds the same edge or curve wherever it lies."
        ),
    ),
    "counterfactual": Term(
        Text("counterfactual"),
        Text("The smallest change of a picture after which the network would give another answer."),
    ),
    "cross_entropy": Term(
        Text("cross-entropy"),
        Text(
            "The loss used here: small if the correct digit got a high probability, large if it got a low one. It is "
            "measured in nats."
        ),
    ),
    "dense_layer": Term(
        Text("dense layer"),
        Text("A layer in which each neuron is connected with every number of the layer before it."),
    ),
    "depthwise_convolution": Term(
        Text("depthwise convolution"),
        Text(
            "A convolution whose filters look at one feature map each: few weights, but what the maps show stays apart."
        ),
    ),
    "digit_map": Term(
        Text("digit map"),
        Text("Digits as points on a plane. Those that the network finds similar lie close to each other."),
    ),
    "divergence": Term(
        Text("divergence"),
        Text("The loss grows without limit instead of falling. Usually the learning rate was too high."),
        (Text("diverges"), Text("diverged")),
    ),
    "dropout": Term(
        Text("dropout"),
        Text(
            "In training, a random part of the numbers is set to 0 in each step. The network cannot rely on a few of "
            "them, and overfits less."
        ),
    ),
    "early_stopping": Term(
        Text("early stopping"),
        Text("Ends the training when the validation loss no longer improves, and keeps the best weights."),
    ),
    "entropy": Term(
        Text("entropy"),
        Text("How evenly the ten probabilities are spread. 0: all on one digit. 2.3: no idea which digit it is."),
    ),
    "epoch": Term(
        Text("epoch"),
        Text("One pass over all training digits. In ten epochs the network sees each of them ten times."),
    ),
    "f1": Term(
        Text("F1"),
        Text("Precision and recall in one number, their harmonic mean. It is high only if both are high."),
    ),
    "feature_map": Term(
        Text("feature map"),
        Text("What a filter of a convolution found in a picture, as a picture: bright where it found it."),
    ),
    "filter": Term(
        Text("filter"),
        Text("A small square of weights, here 3 x 3 or 5 x 5, that looks for one pattern such as an edge."),
    ),
    "fine_tuning": Term(
        Text("fine-tuning"),
        Text("Training a network that is already trained a little further, on new digits, such as your own."),
        (Text("fine-tune"), Text("fine-tuned")),
    ),
    "flatten": Term(
        Text("flatten"),
        Text("Puts the 28 rows of 28 pixels one after the other, so that they become a single row of 784 numbers."),
    ),
    "forward_pass": Term(
        Text("forward pass"),
        Text("The way of a picture through all layers, from its pixels to the ten probabilities."),
    ),
    "gradient": Term(
        Text("gradient"),
        Text("For each weight, in which direction and how strongly the loss changes if the weight is changed."),
    ),
    "gradient_norm": Term(
        Text("gradient norm"),
        Text(
            "The length of the gradient of a layer: how strongly the loss asks its weights to change. Near 0: the "
            "layer hardly learns."
        ),
    ),
    "keras": Term(
        Text("Keras"),
        Text("The Python library with which the networks here are built and trained. It computes with TensorFlow."),
    ),
    "l2_penalty": Term(
        Text("L2 penalty"),
        Text("Part of the loss that grows with the squares of the weights. It keeps them small, against overfitting."),
    ),
    "label": Term(
        Text("label"),
        Text("What a person says a picture shows: the correct answer that the network learns from."),
    ),
    "label_noise": Term(
        Text("label noise"),
        Text("Wrong labels in a data set. A network that reads such a digit correctly is counted as wrong."),
    ),
    "layer": Term(
        Text("layer"),
        Text("A step of the network's computation: it takes numbers from the step before, and hands new ones on."),
    ),
    "layer_normalization": Term(
        Text("layer normalization"),
        Text(
            "A layer that brings the numbers of each digit to a common scale. Unlike batch normalization, it needs no "
            "other digits for that."
        ),
    ),
    "learning_rate": Term(
        Text("learning rate"),
        Text(
            "How far the weights move in each step. Too small: learning takes very long. Too large: it jumps over the "
            "goal and never gets there."
        ),
    ),
    "learning_curves": Term(
        Text("learning curve"),
        Text("How loss or accuracy changes from epoch to epoch, on the training and on the validation digits."),
    ),
    "litert": Term(
        Text("LiteRT"),
        Text("A file format and a small program that runs a trained network quickly, even on a phone, without Keras."),
    ),
    "logits": Term(
        Text("logit"),
        Text("The ten numbers of the last layer before softmax makes probabilities of them."),
    ),
    "loss": Term(
        Text("loss"),
        Text(
            "How wrong the network's answers are, as one number. Training changes the weights so that it falls. 0 "
            "would be perfect."
        ),
        (Text("losses"),),
    ),
    "mcnemar": Term(
        Text("McNemar"),
        Text(
            "A test for two networks that read the same digits. It says whether the difference between them can be "
            "luck."
        ),
    ),
    "mnist": Term(
        Text("MNIST"),
        Text(
            "70,000 handwritten digits of 28 x 28 pixels, collected in the USA in the 1990s: 60,000 for training and "
            "10,000 for testing."
        ),
    ),
    "model_card": Term(
        Text("model card"),
        Text("A page about a network: how it was trained, how good it is, and where it fails."),
    ),
    "nearest_neighbours": Term(
        Text("nearest neighbours"),
        Text("The training digits that the network finds most similar to a picture."),
    ),
    "network": Term(
        Text("neural network"),
        Text("Many simple computations in layers, whose weights are learned from examples instead of programmed."),
    ),
    "neuron": Term(
        Text("neuron"),
        Text("Adds up its inputs, each times a weight, and hands on the result. Layers consist of neurons."),
    ),
    "onnx": Term(
        Text("ONNX"),
        Text("A file format for networks that programs of many makers can read."),
    ),
    "optimizer": Term(
        Text("optimizer"),
        Text("The rule by which the weights are changed after each batch, such as Adam or SGD."),
    ),
    "overfitting": Term(
        Text("overfitting"),
        Text(
            "The network learns its training digits by heart. The training loss still falls, while the validation loss "
            "rises."
        ),
        (Text("overfits"), Text("overfit")),
    ),
    "parameter": Term(
        Text("parameter"),
        Text("A number that training can change: a weight. The tutorial's network has 101,770 of them."),
    ),
    "precision": Term(
        Text("precision"),
        Text("Of all digits that were read as a 7, say: the share that really were a 7."),
    ),
    "preprocessing": Term(
        Text("preprocessing"),
        Text(
            "What is done to a drawing before the network reads it: cropped, redrawn, scaled and centred, as in MNIST."
        ),
    ),
    "preset": Term(
        Text("preset"),
        Text("A network with settings that suit it, ready to be trained."),
    ),
    "range_test": Term(
        Text("learning-rate range test"),
        Text(
            "A new network learns for some seconds while the learning rate rises (L. N. Smith, 2017). Where the loss "
            "falls fastest, the rate is good; where it rises again, it is too large."
        ),
    ),
    "recall": Term(
        Text("recall"),
        Text("Of all digits that really were a 7, say: the share that was read as a 7."),
    ),
    "receptive_field": Term(
        Text("receptive field"),
        Text("The part of the picture that a number in a feature map depends on. It grows from layer to layer."),
    ),
    "relu": Term(
        Text("ReLU"),
        Text("Makes 0 of negative numbers and leaves the others. Without such a step, more layers would be of no use."),
    ),
    "robustness": Term(
        Text("robustness"),
        Text("How well a network still reads when digits are rotated, moved, blurred or partly covered."),
    ),
    "saliency": Term(
        Text("saliency"),
        Text("How much each pixel mattered for the answer, shown as a map over the picture."),
    ),
    "schedule": Term(
        Text("schedule"),
        Text("How the learning rate changes during a training. Often it is high at first and falls to 0."),
    ),
    "seed": Term(
        Text("seed"),
        Text("The number from which all random numbers follow. The same seed gives the same training again."),
    ),
    "separable_convolution": Term(
        Text("separable convolution"),
        Text(
            "A depthwise convolution, and then weighted sums of its maps at each place. It does nearly what a "
            "convolution does, at a fraction of the cost."
        ),
    ),
    "skip_connection": Term(
        Text("skip connection"),
        Text(
            "Adds what went into a block of layers to what comes out. The gradient passes by the block, so that deep "
            "networks learn, too."
        ),
    ),
    "softmax": Term(
        Text("softmax"),
        Text("Makes ten probabilities of ten numbers: all are positive, and together they are 1."),
    ),
    "synthetic_digits": Term(
        Text("synthetic digit"),
        Text("Digits drawn by a program, in writing styles that MNIST lacks, such as a seven with a bar."),
    ),
    "temperature": Term(
        Text("temperature"),
        Text("One number by which the logits are divided, so that the confidence fits what happens."),
    ),
    "tensorflow": Term(
        Text("TensorFlow"),
        Text("The library that does the computing for Keras, on a processor or a graphics card."),
    ),
    "test_set": Term(
        Text("test set"),
        Text("10,000 digits that no training ever uses. They show how good a network really is."),
        (Text("test digit"), Text("test accuracy"), Text("test loss")),
    ),
    "training_set": Term(
        Text("training set"),
        Text("The digits that a network learns from, with their labels."),
        (Text("training digit"),),
    ),
    "validation": Term(
        Text("validation"),
        Text(
            "A part of the training digits that is set aside. The network does not learn from it; it shows during the "
            "training how well new digits are read."
        ),
        (Text("validation set"), Text("validation digit"), Text("validation split")),
    ),
    "weight_initialiser": Term(
        Text("weight initialiser"),
        Text(
            "How the first weights are drawn at random. Too large or too small ones grow or fade from layer to layer; "
            "Glorot's and He's rules prevent that."
        ),
    ),
    "weight": Term(
        Text("weight"),
        Text("A number inside the network that training changes. It says how much one input counts."),
    ),
}
