"""What Learn teaches: three paths of steps, each with its sentences, its lines of Keras and its question."""

from collections.abc import Mapping
from dataclasses import dataclass

from digitlab.translation import Text


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its answers to choose from.

    Attributes:
        text: The question.
        answers: To choose from.
        correct: Index of the correct one.
        why: Why it is correct.
    """

    text: Text
    answers: tuple[Text, ...]
    correct: int
    why: Text


@dataclass(frozen=True, slots=True)
class PathStep:
    """A step of a path.

    Attributes:
        title: One or two words.
        text: Two or three sentences.
        task: What to try beside them, in a sentence.
        question: What to think about afterwards.
        has_code: Whether it stands for lines of Keras, those of its name in `KerasCode.lesson`.
        has_canvas: Whether one draws in it, so that it needs room for the canvas and the answer side by side.
    """

    title: Text
    text: Text
    task: Text
    question: Question
    has_code: bool = False
    has_canvas: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A path of steps; their names are unique in all paths, and stand in the address.

    Attributes:
        title: Its name.
        steps: By name, in order.
    """

    title: Text
    steps: Mapping[str, PathStep]


LESSON = Path(
    Text("The lesson"),
    {
        "data": PathStep(
            Text("Data"),
            Text(
                "A network learns from examples. MNIST has 70,000 of them: handwritten digits, each a picture of 28 x "
                "28 pixels with a label that says which digit it is. 60,000 are for training; the other 10,000 are the "
                "test set, which stays untouched until the end."
            ),
            Text("Page through the training set. Click a digit to see it large."),
            Question(
                Text("Why are 10,000 digits set apart?"),
                (
                    Text("With fewer digits the training is faster."),
                    Text("The network could know digits that it has learned from by heart."),
                    Text("They are too hard to read for training."),
                ),
                1,
                Text(
                    "Only digits that the network has never seen show how well it reads new ones. On digits that it "
                    "has learned from, a good memory is enough."
                ),
            ),
            has_code=True,
        ),
        "look": PathStep(
            Text("Look"),
            Text(
                "To the computer a digit is a table of 784 numbers, from 0 (background) to 255 (ink). The network sees "
                "nothing else: no lines, no loops. It has to find out by itself which numbers matter."
            ),
            Text("Choose a digit and compare the picture with its numbers."),
            Question(
                Text("Two people write a 7. Are their 784 numbers equal?"),
                (
                    Text("Yes, otherwise it would not be a 7."),
                    Text("No, they differ in hundreds of places, and yet both have to be read as 7."),
                ),
                1,
                Text(
                    "No two handwritten digits are equal, so a list of known pictures is of no use. The network must "
                    "learn what all sevens have in common."
                ),
            ),
            has_code=True,
        ),
        "build": PathStep(
            Text("Build"),
            Text(
                "The network consists of layers. Flatten puts the 28 rows one after the other. A dense layer of 128 "
                "neurons computes 128 new numbers from all 784, and the last layer makes ten probabilities of them "
                "with softmax, one for each digit."
            ),
            Text("Change how many neurons the hidden layer has, and see how many weights that makes."),
            Question(
                Text("Why does the last layer have ten neurons?"),
                (
                    Text("Because there are ten digits, 0 to 9."),
                    Text("Because ten is enough for any task."),
                    Text("Because a picture is 28 pixels wide."),
                ),
                0,
                Text("Each of its neurons gives the probability of one digit. The largest is the network's answer."),
            ),
            has_code=True,
        ),
        "compile": PathStep(
            Text("Compile"),
            Text(
                "Before it can learn, the network needs three things. The loss says how wrong an answer is. The "
                "optimizer changes the weights so that the loss falls, and the learning rate says how far they move in "
                "each step. Accuracy is only for us to watch."
            ),
            Text("Give the correct digit more or less probability, and see what the loss is then."),
            Question(
                Text("The network gives the correct digit a probability of 100%. What is the loss?"),
                (Text("0"), Text("1"), Text("100")),
                0,
                Text("The loss is 0 if the answer is perfect. The less the correct digit gets, the larger it is."),
            ),
            has_code=True,
        ),
        "train": PathStep(
            Text("Train"),
            Text(
                "Now the network sees the digits in batches of 32. After each batch every weight moves a little, so "
                "that the loss falls. One pass over all training digits is an epoch."
            ),
            Text("Choose the number of epochs and press Train. The curves grow while it learns."),
            Question(
                Text("48,000 digits, 32 in a batch: how often do the weights change in an epoch?"),
                (Text("32 times"), Text("1,500 times"), Text("48,000 times")),
                1,
                Text("48,000 / 32 = 1,500 batches, and the weights change once after each of them."),
            ),
            has_code=True,
        ),
        "curves": PathStep(
            Text("Curves"),
            Text(
                "The curves show loss and accuracy after each epoch. Solid: on the digits that the network learns "
                "from. Dashed: on the validation digits, which it does not learn from. If the two move apart, it "
                "learns its examples by heart. That is overfitting."
            ),
            Text("Move to an epoch, and compare training and validation there."),
            Question(
                Text("The training loss still falls, but the validation loss rises. What should you do?"),
                (
                    Text("Train for more epochs."),
                    Text("Stop: from here on it only learns its examples by heart."),
                    Text("Remove the validation digits."),
                ),
                1,
                Text(
                    "A rising validation loss means that new digits are read worse. Stop earlier, or make overfitting "
                    "harder with dropout or augmentation."
                ),
            ),
            has_code=True,
        ),
        "test": PathStep(
            Text("Test score"),
            Text(
                "Now the test set comes in, for the first time and only once. The share that is read correctly is the "
                "test accuracy, the honest answer to the question how good the network is."
            ),
            Text("Look at the score, and at the digits that were misread. Would you have read them?"),
            Question(
                Text("You try 50 settings and keep the one with the best test accuracy. Is that score honest?"),
                (
                    Text("Yes, the test set was never used for training."),
                    Text("No, it is a little too good: it was used to choose."),
                ),
                1,
                Text(
                    "Among 50 tries one is lucky. Choose with the validation digits, and use the test set once, at the "
                    "end."
                ),
            ),
            has_code=True,
        ),
        "digit": PathStep(
            Text("Your own digit"),
            Text(
                "The network is ready for your handwriting. Your drawing is cropped, scaled to 28 x 28 pixels and "
                "centred, so that it looks like the digits of MNIST. Then it goes through the layers, and ten "
                "probabilities come out."
            ),
            Text("Draw a digit. Then draw one so badly that the network misreads it."),
            Question(
                Text("You draw a letter, an A. What does a network say that knows only digits?"),
                (
                    Text("That it is no digit."),
                    Text("One of the ten digits: it has no other answers."),
                    Text("Nothing at all."),
                ),
                1,
                Text(
                    "Ten neurons, ten answers. This app looks at the probabilities as well: if they are spread over "
                    "many digits, it says that it does not recognise one."
                ),
            ),
            has_code=True,
            has_canvas=True,
        ),
    },
)

WRONG = Path(
    Text("Why is it wrong?"),
    {
        "place": PathStep(
            Text("Place and size"),
            Text(
                "On MNIST's test set the network reads 98 of 100 digits. But all of MNIST's digits have the same size "
                "and lie in the middle. A digit in another place has its ink on pixels that meant something else in "
                "training."
            ),
            Text("Move a digit of the test set away from the middle, and make it smaller."),
            Question(
                Text("Which preparation helps against this?"),
                (
                    Text("A wider pen."),
                    Text("To crop the drawing, scale it and move it to the middle."),
                    Text("More epochs."),
                ),
                1,
                Text("If each drawing comes to the same place in the same size, the network meets what it knows."),
            ),
        ),
        "pen": PathStep(
            Text("Pen width"),
            Text(
                "The lines of MNIST are about 2.4 pixels wide. Lines from a thin pen or a thick marker give other "
                "numbers, and narrow gaps and loops close."
            ),
            Text("Make the lines of a digit thinner and thicker. Which network gives up first?"),
            Question(
                Text("A loop is filled because the pen was thick. What does an 8 look like then?"),
                (Text("Like a 1 or a 7."), Text("It stays an 8."), Text("Like a blob, or another digit.")),
                2,
                Text("The holes told the 8 from others. The app redraws lines as wide as in MNIST before it reads."),
            ),
        ),
        "styles": PathStep(
            Text("Styles"),
            Text(
                "MNIST was written in the USA. A 7 with a bar, a 1 with a long upstroke or an open 4 are rare there, "
                "and what a network has not seen it cannot know. The network Handwriting has learned such styles from "
                "synthetic digits."
            ),
            Text("Draw a 7 with a bar and a 1 with a long upstroke. Two networks read it."),
            Question(
                Text("Which data would you add, so that your own style is read?"),
                (
                    Text("More digits of the same kind as in MNIST."),
                    Text("Digits in your style, with their labels."),
                    Text("The test set."),
                ),
                1,
                Text("A network can only learn what its examples show. A few dozen of your own digits help a lot."),
            ),
            has_canvas=True,
        ),
        "steps": PathStep(
            Text("Preparation"),
            Text(
                "This is what the app does to your drawing before any network sees it. Each step of the preprocessing "
                "removes a difference that has nothing to do with the digit."
            ),
            Text("Draw a small digit in a corner, and see which step it needs most."),
            Question(
                Text("Which difference must no step remove?"),
                (
                    Text("Where the digit lies."),
                    Text("How thick the pen was."),
                    Text("The shape of the lines."),
                ),
                2,
                Text("The shape is what makes a 3 a 3. All the rest is chance: place, size, pen."),
            ),
            has_canvas=True,
        ),
    },
)

YOURS = Path(
    Text("Make it yours"),
    {
        "correct": PathStep(
            Text("Correct"),
            Text(
                "When the network is wrong, you know the correct answer. A drawing with its label is just what a "
                "training needs, so corrections are saved to My digits, which only you can see."
            ),
            Text("Draw until it misreads a digit, then press “Wrong? Correct it”."),
            Question(
                Text("Should you save only digits that were misread?"),
                (
                    Text("Yes, the others teach nothing."),
                    Text("No, a mixture is better: the others show what must stay correct."),
                ),
                1,
                Text(
                    "From mistakes alone a network learns a one-sided picture of your handwriting, and may forget what "
                    "it could do."
                ),
            ),
            has_canvas=True,
        ),
        "collect": PathStep(
            Text("Collect"),
            Text(
                "Ten digits are enough to begin, fifty are better. Each digit from 0 to 9 should be there several "
                "times: your version of a digit that is missing cannot be learned."
            ),
            Text("See how many you have of each digit, and draw those that are rare."),
            Question(
                Text("You have 50 digits of your own, and 45 of them are sevens. What is missing?"),
                (Text("Nothing, 50 are enough."), Text("Examples of the other nine digits.")),
                1,
                Text("It would learn your sevens well, and the other digits not at all."),
            ),
        ),
        "improve": PathStep(
            Text("Improve"),
            Text(
                "Fine-tuning trains a network that is already good a little further, on your digits mixed with "
                "MNIST's. It takes seconds. The old network is not changed: a new one is created."
            ),
            Text("Start the fine-tuning on Improve, and come back here."),
            Question(
                Text("Why are MNIST's digits mixed in?"),
                (
                    Text("So that the network does not forget them."),
                    Text("So that the training takes longer."),
                    Text("Because your digits are too small."),
                ),
                0,
                Text("From your digits alone it would forget other people's handwriting within a few steps."),
            ),
        ),
        "compare": PathStep(
            Text("Compare"),
            Text(
                "Did it help? A third of your digits were set aside before the training: only they count. With few "
                "digits the answer is uncertain, and the app then says so."
            ),
            Text("Compare two networks on the same digits, or let all of them read one drawing."),
            Question(
                Text("The new network reads 5 of 5 digits that were set aside, the old one 4. Is it better?"),
                (Text("Yes, 100% is more than 80%."), Text("Nobody can tell: five digits are too few.")),
                1,
                Text("One digit makes the difference, and that can be luck. Collect more, and compare again."),
            ),
        ),
        "take": PathStep(
            Text("Take away"),
            Text(
                "Your network is a file. As a Keras file it can be trained further, as LiteRT it runs on a phone, as "
                "ONNX other programs can read it. The code trains the same network without this app."
            ),
            Text("Choose a network on Models, and download it."),
            Question(
                Text("What does another program need, to read your drawings with this network?"),
                (
                    Text("Only the file."),
                    Text("The file, and the same preparation of the drawing."),
                    Text("MNIST."),
                ),
                1,
                Text(
                    "The network expects 28 x 28 pixels, light ink on black, scaled and centred. Another preparation "
                    "would give it pictures that it does not know."
                ),
            ),
        ),
    },
)

PATHS: Mapping[str, Path] = {"lesson": LESSON, "wrong": WRONG, "yours": YOURS}
GLOSSARY = "glossary"  # beside the paths
STEPS: Mapping[str, PathStep] = {name: step for path in PATHS.values() for name, step in path.steps.items()}


def path_of(step: str) -> str:
    """Return the key of the path that has a step of this name."""
    return next(key for key, path in PATHS.items() if step in path.steps)
